"""What record-vmx, record-xen and record-lxc share: libvirt's private functions, called by their names, and the form of the recorded cases.

A file holds cases, parted by empty lines. Each begins with what is asked; the answer, in lines that begin with "> ", is written anew:
the lines that the case adds to the answer of the empty case or takes from it, or the error (code, domain, message).
"""
import ctypes as C
import os

P = C.c_void_p
library = C.CDLL("libvirt.so.0", mode=C.RTLD_GLOBAL)
SECURE, INACTIVE = 1, 2


def function(name, result, *arguments, of=library):
    found = getattr(of, name)
    found.restype, found.argtypes = result, list(arguments)
    return found


@C.CFUNCTYPE(None, P, P)
def quiet(_, error):
    pass


library.virInitialize()
library.virSetErrorFunc(None, quiet)
arch = function("virArchFromString", C.c_int, C.c_char_p)
new_capabilities = function("virCapabilitiesNew", P, C.c_int, C.c_bool, C.c_bool)
add_guest = function("virCapabilitiesAddGuest", P, P, C.c_int, C.c_int, C.c_char_p, C.c_char_p, C.c_int, P)
add_guest_domain = function("virCapabilitiesAddGuestDomain", P, P, C.c_int, C.c_char_p, C.c_char_p, C.c_int, P)
virt_type = function("virDomainVirtTypeFromString", C.c_int, C.c_char_p)
read_xml = function("virDomainDefParseString", P, C.c_char_p, P, P, C.c_uint)
write_xml = function("virDomainDefFormat", P, P, P, C.c_uint)
reset = function("virResetLastError", None)
code = function("virGetLastErrorCode", C.c_int)
domain = function("virGetLastErrorDomain", C.c_int)
message = function("virGetLastErrorMessage", C.c_char_p)


def error():
    return f"ERROR {code()} {domain()} {message().decode()}"


def document(parsed, options):
    text = write_xml(parsed, options, SECURE | INACTIVE) if parsed else None
    return C.string_at(text).decode() if text else error()


def parts(lines, **otherwise):
    """The parts "PART: XML" of a case's document; those that are told several times follow one another."""
    told = dict(otherwise)
    for line in lines:
        part, _, value = line.partition(": ")
        told[part] = told[part] + value if part in ("devices", "head") and part in told else value
    return told


def difference(base, text):
    if text.startswith("ERROR "):
        return [text]
    left, right = [line for line in base.split("\n") if line], [line for line in text.split("\n") if line]

    def rest(lines, others):
        others = list(others)
        return [line for line in lines if line not in others or others.remove(line)]

    return ["-" + line for line in rest(left, right)] + ["+" + line for line in rest(right, left)]


def apart(ask):
    """Asks in a process of its own: a case that libvirt does not survive is answered with that."""
    def forked(case):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            with os.fdopen(writing, "w") as answer:
                answer.write(ask(case))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            text = answer.read()
        return text if os.waitpid(child, 0)[1] == 0 else "ERROR libvirt does not survive this"
    return forked


def record(path, ask, base=lambda case: [], guard=apart):
    """Answers every case of a file anew; base: the lines of the empty case that a case is compared with; guard: what a case can do harm to."""
    ask = guard(ask)
    cases = [[line for line in block.split("\n") if line and not line.startswith("> ")] for block in path.read_text().split("\n\n")]
    cases = [case for case in cases if case]
    blocks = ["\n".join(case + ["> " + line for line in difference(ask(base(case)), ask(case))]) for case in cases]
    path.write_text("\n\n".join(blocks) + "\n")
    print(f"{path.name}: {len(cases)} cases")
