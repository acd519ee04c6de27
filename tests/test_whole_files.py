"""Files and folders are written whole or not at all, with the permissions and at the place that people expect."""

from __future__ import annotations

import errno
import os
import re
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from skl2tflite.whole_files import write_folder, write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="of permissions, links and signals as POSIX has them")


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_permissions(tmp_path):
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "new", b"1")
    finally:
        os.umask(old)
    assert permissions(tmp_path / "new") == 0o640
    for mode in (0o600, 0o444, 0o664, 0o755):
        file = tmp_path / f"{mode:o}"
        file.write_bytes(b"old")
        file.chmod(mode)
        write_whole(file, b"new")
        assert file.read_bytes() == b"new"
        assert permissions(file) == mode


@posix
def test_nobody_else_reads_what_replaces_a_private_file(tmp_path, monkeypatch):
    file = tmp_path / "private"
    file.write_bytes(b"old")
    file.chmod(0o600)
    seen = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (seen.append(os.fstat(handle).st_mode), sync(handle)))
    write_whole(file, b"new")
    assert stat.S_IMODE(seen[0]) == 0o600


@posix
def test_symbolic_links_are_followed(tmp_path):
    (tmp_path / "there").mkdir()
    for name in ("old", "none"):
        target, link = tmp_path / "there" / name, tmp_path / f"link to {name}"
        link.symlink_to(Path("there") / name)
        if name == "old":
            target.write_bytes(b"old")
        write_whole(link, b"new")
        assert link.is_symlink()
        assert not target.is_symlink()
        assert target.read_bytes() == b"new"
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(OSError, match="symbolic link"):
        write_whole(loop, b"new")
    assert loop.is_symlink()


def test_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    done = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("sync"), sync(handle)))
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("replace"), replace(*names)))
    write_whole(tmp_path / "file", b"1")
    assert done[:2] == ["sync", "replace"]
    if os.name == "posix":
        assert done == ["sync", "replace", "sync"]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt(), MemoryError()])
def test_nothing_is_left_of_what_fails(tmp_path, monkeypatch, error):
    (tmp_path / "file").write_bytes(b"old")

    def fail(handle: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    for write in (lambda: write_whole(tmp_path / "file", b"new"), lambda: write_folder(tmp_path / "x", {"a": b"1"})):
        with pytest.raises(type(error)):
            write()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


@posix
@pytest.mark.parametrize("call", ["write_whole(target, b'new')", "write_folder(Path(f'{target}.d'), {'a/b': b'1'})"])
def test_what_a_killed_run_left_is_removed(tmp_path, call):
    """The run is killed when all but the last step is done."""
    target = tmp_path / "model.tflite"
    target.write_bytes(b"old")
    script = (
        "import os, signal, sys; from pathlib import Path; from skl2tflite.whole_files import *\n"
        "os.replace = Path.rename = lambda *names: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"target = Path(sys.argv[1]); {call}"
    )
    done = subprocess.run([sys.executable, "-c", script, str(target)], timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 2
    assert target.read_bytes() == b"old"
    write_whole(target, b"new")
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_bytes() == b"new"


def test_what_others_are_writing_is_not_removed(tmp_path, monkeypatch):
    """While each of two is written, another is written into the same folder."""
    replace = os.replace

    def write_another(*names: Path) -> None:
        monkeypatch.setattr(os, "replace", replace)
        write_whole(tmp_path / "second", b"2")
        replace(*names)

    monkeypatch.setattr(os, "replace", write_another)
    write_whole(tmp_path / "first", b"1")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"first": b"1", "second": b"2"}


def test_many_at_once(tmp_path):
    contents = [bytes([n]) * 10_000 for n in range(32)]
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda content: write_whole(tmp_path / "file", content), contents))
    assert (tmp_path / "file").read_bytes() in contents
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_folders(tmp_path):
    contents = {"a.txt": b"1", "deep/er/b.txt": b"2"}
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        write_folder(tmp_path / name, contents)
        found = {p.relative_to(tmp_path / name).as_posix(): p.read_bytes() for p in (tmp_path / name).rglob("*.txt")}
        assert found == contents
    with pytest.raises(OSError, match="not empty"):
        write_folder(tmp_path / "new", contents)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "new"]


def test_errors_name_what_was_to_be_written(tmp_path, monkeypatch):
    """Not the name that it has until it is whole."""

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(IsADirectoryError, match=re.escape(f"is a folder; name a file in it: '{tmp_path}'")):
        write_whole(tmp_path, b"1")
    monkeypatch.setattr(os, "fsync", full)
    for write, content in ((write_whole, b"1"), (write_folder, {"a": b"1"})):
        with pytest.raises(OSError, match="No space left") as error:
            write(tmp_path / "new", content)
        assert error.value.filename == str(tmp_path / "new")
    assert not list(tmp_path.iterdir())
