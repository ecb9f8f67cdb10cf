"""Copies a file out of an archive: extract.py ARCHIVE OUTPUT MEMBER [MEMBER...], each member inside the one before."""

import shutil
import sys
import tarfile
import zipfile


def open_member(archive, name):
    """The stream of member `name` in `archive`, a path or a stream: a zip file (a wheel is one) or a tar file."""
    if zipfile.is_zipfile(archive):
        return zipfile.ZipFile(archive).open(name)
    if hasattr(archive, "seek"):
        archive.seek(0)
        return tarfile.open(fileobj=archive).extractfile(name)
    return tarfile.open(archive).extractfile(name)


stream, output, *members = sys.argv[1:]
for member in members:
    stream = open_member(stream, member)
with open(output, "wb") as file:
    shutil.copyfileobj(stream, file, 1 << 20)
