"""What running a program takes: operations, passes over memory and depth, as functions of its sizes."""
