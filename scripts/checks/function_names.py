# SPDX-License-Identifier: GPL-2.0
# The names of kmod/'s static functions: a trace shows a function without its file, so each has a name of
# its own, and one of at least two words. KUnit's tests are no part of the module, and may have one word.
import collections
import re

# A name that has to break the rule, and why.
EXCEPTIONS = {}

COMMENT = re.compile(r"/\*.*?\*/", re.S)
# Such as __printf(1, 2), before a function's name or after its parameters: it looks like one.
ATTRIBUTE = re.compile(r"\b__\w+\([^()]*\)(?=[\s\w*]+\()|(?<=\))\s*__\w+\([^()]*\)")
# Up to the brace that opens its body; a declaration ends with a semicolon, data has an equals sign.
DEFINITION = re.compile(r"^static\b[^;={}()]*?(\w+)\([^;={}]*\)[^;={}()]*\{", re.M)


def defined(text):
    """The static functions of a source file."""
    return DEFINITION.findall(ATTRIBUTE.sub("", COMMENT.sub("", text)))


def check(sources):
    """sources: {path below kmod/: text}. The result is what is wrong, a line each."""
    places = collections.defaultdict(set)
    for path, text in sources.items():
        if path.endswith(".c"):
            for name in defined(text):
                places[name].add("kmod/" + path)
    wrong = []
    for name, paths in sorted(places.items()):
        if name in EXCEPTIONS:
            continue
        where = ", ".join(sorted(paths))
        if len(paths) > 1:
            wrong.append("%s: more than one static function %s()" % (where, name))
        if "_" not in name.strip("_") and not all(p.startswith("kmod/tests/") for p in paths):
            wrong.append("%s: the name of %s() is one word" % (where, name))
    return wrong
