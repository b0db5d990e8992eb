# SPDX-License-Identifier: GPL-2.0
# The functions and files that a page names in backticks: each is there, and a function is in the file that the
# page names with it. A walk through the code that nobody can follow is worse than none.
import re

# `name()`, and maybe (`folder/file.c`) behind it.
FUNCTION = re.compile(r"`(\w+)\(\)`(?:\s+\(`([\w/]+\.[ch])`\))?")
# `file.c`, `folder/file.h`, `test.sh`; what is no file of this project has a path or another ending.
FILE = re.compile(r"`([\w/]+\.(?:[ch]|sh))`")
# What the kernel or the C library has, not this project.
FOREIGN = re.compile(r"^(?:[A-Z_]+|xchg|cmpxchg|connect|bind|sendto|recvfrom|poll|sendmsg|recvmsg)$")


def check(pages, files):
    """pages: {name: text}; files: {path: text} of kmod/ and selftests/. The result is what is wrong, a line each."""
    wrong = []
    for page, text in sorted(pages.items()):
        for name, place in FUNCTION.findall(text):
            if FOREIGN.match(name):
                continue
            defined = re.compile(r"^[^\s/*#][^;]*?\b%s\([^;]*?\)\s*(?:__\w+\s*)?\{" % name, re.M)
            places = [path for path, code in files.items() if path.endswith((".c", ".h")) and defined.search(code)]
            if not places:
                wrong.append("%s: there is no function %s()" % (page, name))
            elif place and not any(path.endswith("/" + place) for path in places):
                wrong.append("%s: %s() is in %s" % (page, name, " ".join(places)))
        for name in FILE.findall(text):
            if not any(("/" + path).endswith("/" + name) for path in files):
                wrong.append("%s: there is no file %s" % (page, name))
    return wrong
