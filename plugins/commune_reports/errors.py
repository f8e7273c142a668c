"""The two families of failure: one waits for a person, the other for a better moment."""


class CommuneReportsError(Exception):
    """A failure the caller is expected to tell apart by family; the message is one line and says what to do."""


class NeedsHuman(CommuneReportsError):
    """Trying again cannot help: configuration, plan, rules or data of ours must be mended first (exit code 2)."""


class Transient(CommuneReportsError):
    """The same call may succeed later: a share out of reach, a locked database, a busy server (exit code 3)."""
