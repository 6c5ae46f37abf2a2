"""Answers the questions of `sam deploy --guided` on a pseudo-terminal, as a person would.

Usage: guided.py COMMAND < ANSWERS. ANSWERS is JSON, [["the beginning of a question", "answer"], …]; an empty answer
takes the default, and a question that is not listed gets an empty answer. The dialog goes to standard error, the
questions, as JSON, to standard output. Exit code: the command's.
"""

import json
import re
import sys

import pexpect

answers = json.load(sys.stdin)
child = pexpect.spawn("/bin/sh", ["-c", sys.argv[1]], encoding="utf8", timeout=240, dimensions=(50, 200))
child.logfile_read = sys.stderr
questions = []
# A question is the end of what was written: a line that ends in a colon and a space, and nothing after it.
style = r"(?:\x1b\[[0-9;]*m)*"
question = re.compile(
    r"(?:^|[\r\n])[ \t]*" + style + r"((?:Stack Name|AWS Region|Parameter |Confirm |Allow |Capabilities|Disable |Save |"
    r"SAM configuration |Deploy )[^\r\n]*?): " + style + "$"
)
while True:
    if child.expect([question, pexpect.EOF]) == 1:
        break
    asked = re.sub(r"\x1b\[[0-9;]*m", "", child.match.group(1))
    questions.append(asked)
    child.sendline(next((answer for start, answer in answers if asked.startswith(start)), ""))
child.close()
print(json.dumps(questions))
sys.exit(child.exitstatus if child.exitstatus is not None else 1)
