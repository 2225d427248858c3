// Room on the stack is not cleared before it is used: whoever takes some writes it before reading.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
