"""Types lines into a shell on a terminal of its own, each with a tab and a return, and prints what `keystead` was called
with: typed-line.fixture.py SHELL-AND-ITS-ARGUMENTS LINES (one a line each). The shell shows "READY> ", and its keystead
prints "RAN", its arguments and "NAR"."""
import os, pty, select, sys, time

shell, lines = sys.argv[1].split("\n"), sys.argv[2].split("\n")
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(shell[0], shell)
seen = b""


def until(what):
    global seen
    end = time.monotonic() + 60
    while what not in seen:
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        data = os.read(terminal, 65536) if ready else b""
        if not data:
            sys.exit("it never showed %r, but %r" % (what, seen))
        seen += data
    before, seen = seen.split(what, 1)
    return before


for line in lines:
    until(b"READY> ")
    os.write(terminal, ("keystead " + line + "\t\r").encode())
    until(b"RAN")
    print(until(b"NAR").decode())
until(b"READY> ")
os.write(terminal, b"exit\r")
os.waitpid(pid, 0)
