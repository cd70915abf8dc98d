from layerforge.writing.stack import Program


def fold(program: Program) -> Program:
    return program
