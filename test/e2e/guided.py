"""Answers the questions of `sam deploy --guided` on a pseudo-terminal.

Usage: guided.py COMMAND < ANSWERS. ANSWERS is JSON: [["prefix of a question", "answer"], …]. Other questions get an empty
answer, which selects the default. The dialog goes to standard error, the questions, as JSON, to standard output. Exit
code: the command's.
"""

import json
import re
import sys

import pexpect

answers = json.load(sys.stdin)
child = pexpect.spawn("/bin/sh", ["-c", sys.argv[1]], encoding="utf8", timeout=240, dimensions=(50, 200))
child.logfile_read = sys.stderr
questions = []
# A question is at the end of the output: a line that ends in a colon and a space.
style = r"(?:\x1b\[[0-9;]*m)*"
question = re.compile(
    r"(?:^|[\r\n])[ \t]*" + style + r"((?:Stack Name|AWS Region|Parameter |Confirm |Allow |Capabilities|Disable |Save |"
    r"SAM configuration |Deploy )[^\r\n]*?): " + style + "$"
)
while True:
    if child.expect([question, pexpect.EOF]) == 1:
        break
    text = re.sub(r"\x1b\[[0-9;]*m", "", child.match.group(1))
    questions.append(text)
    child.sendline(next((answer for start, answer in answers if text.startswith(start)), ""))
child.close()
print(json.dumps(questions))
sys.exit(child.exitstatus if child.exitstatus is not None else 1)
