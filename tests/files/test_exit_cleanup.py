from __future__ import annotations

from lakeindex.files.exit_cleanup import on_hard_exit, run_cleanups


def test_what_is_still_registered_is_called_once_the_last_first_whatever_one_raises() -> None:
    called: list[str] = []

    def fail() -> None:
        called.append("fails")
        raise OSError("the folder is gone")

    on_hard_exit(lambda: called.append("first"))
    forget = on_hard_exit(lambda: called.append("forgotten"))
    on_hard_exit(fail)
    on_hard_exit(lambda: called.append("last"))
    forget()
    forget()
    run_cleanups()
    run_cleanups()
    assert called == ["last", "fails", "first"]
