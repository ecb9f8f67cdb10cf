#!/usr/bin/env python3
"""Runs a notebook through the Jupyter protocol, shows its outputs in the terminal, and saves it after every cell.

    run_notebook.py NOTEBOOK --out DIR [--setting toy|quick|standard|paper] [--seed N] [--kernel NAME]

Cells see TOKENWISE_SETTING, TOKENWISE_SEED and TOKENWISE_RUN (DIR, absolute); they run in the notebook's folder.
Exit status: 0 done, 1 a cell failed or the run could not start, 130 stopped with Ctrl-C (earlier outputs are saved).
"""
from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat.sign import NotebookNotary

BAR_WIDTH = 24
LINE_INTERVAL = 10.0  # seconds between two lines of progress when the output is not a terminal
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """Text as it comes, and below it at most one line of progress that redraws itself."""

    def __init__(self) -> None:
        self.live = sys.stdout.isatty()
        self.bar = ""
        self.bar_id: str | None = None
        self.printed_at = 0.0

    def erase(self) -> None:
        if self.live and self.bar:
            sys.stdout.write("\r\x1b[K")

    def write(self, text: str, stream=None) -> None:
        """Puts text above the line of progress."""
        if not self.live:
            text = ANSI.sub("", text)
        self.erase()
        (stream or sys.stdout).write(text)
        (stream or sys.stdout).flush()
        if self.live and self.bar:
            sys.stdout.write(("" if text.endswith("\n") else "\n") + self.bar)
            sys.stdout.flush()

    def print(self, text: str) -> None:
        self.write(text.rstrip("\n") + "\n")

    def progress(self, display_id: str, text: str, done: int, total: int | None) -> None:
        if self.bar_id not in (None, display_id):
            self.end_progress()
        self.bar_id = display_id
        filled = round(BAR_WIDTH * done / total) if total else 0
        bar = f"  {'█' * filled}{'░' * (BAR_WIDTH - filled)} {text}" if total else f"  {text}"
        self.erase()
        self.bar = bar[: self.columns()] if self.live else bar
        if self.live:
            sys.stdout.write(self.bar)
            sys.stdout.flush()
        elif time.monotonic() - self.printed_at >= LINE_INTERVAL:
            self.print_bar()

    def end_progress(self) -> None:
        """Leaves the last state of the line of progress where it is."""
        if self.bar:
            self.print_bar()
        self.bar, self.bar_id = "", None

    def print_bar(self) -> None:
        sys.stdout.write("\n" if self.live else f"{self.bar}\n")
        sys.stdout.flush()
        self.printed_at = time.monotonic()

    @staticmethod
    def columns() -> int:
        try:
            return os.get_terminal_size().columns - 1
        except OSError:
            return 119


class LiveClient(NotebookClient):
    """nbclient, with every output shown when it arrives."""

    terminal: Terminal

    def process_message(self, msg, cell, cell_index):
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            self.terminal.write(content["text"], getattr(sys, content["name"]))
        elif kind in ("execute_result", "display_data", "update_display_data"):
            self.show(kind, content)
        return super().process_message(msg, cell, cell_index)

    def show(self, kind: str, content: dict) -> None:
        text = content["data"].get("text/plain", "")
        ours = content.get("metadata", {}).get("tokenwise", {})
        if "progress" in ours:
            self.terminal.progress(content["transient"]["display_id"], text, *ours["progress"])
            if ours["ended"]:
                self.terminal.end_progress()
        elif ours.get("library"):
            return
        elif kind != "update_display_data":  # a live curve would fill the terminal with one line a version
            self.terminal.print(text)


def heading_of(cells: list, index: int) -> str:
    """The first comment of a code cell, else the nearest heading above it."""
    comment = re.match(r"\s*//+\s*(.+)", cells[index].source)
    if comment:
        return comment.group(1).strip()
    for cell in reversed(cells[:index]):
        found = re.findall(r"^#+\s+(.+)$", cell.source, re.M) if cell.cell_type == "markdown" else None
        if found:
            return found[-1].strip()
    return ""


def save(notebook, path: Path) -> None:
    """Writes beside the target and renames, so that a killed run leaves the last complete notebook."""
    temporary = path.with_name(f".{path.name}.part")
    nbformat.write(notebook, temporary)
    os.replace(temporary, path)


def trust(path: Path) -> None:
    """Marks the outputs as this user's, as JupyterLab does when it saves: it would not draw their figures otherwise."""
    try:
        NotebookNotary().sign(nbformat.read(path, as_version=4))
    except OSError as error:
        print(f"{path.name} is not marked as trusted ({error}); run its cells in JupyterLab to see the figures.", file=sys.stderr)


async def run(client: LiveClient, target: Path, env: dict[str, str]) -> int:
    notebook, terminal = client.nb, client.terminal
    code_cells = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]
    loop = asyncio.get_running_loop()
    stopped = False

    def interrupt() -> None:
        nonlocal stopped
        if stopped:  # the second Ctrl-C does not wait for the cell
            os.killpg(os.getpgid(client.km.provisioner.process.pid), signal.SIGKILL)
        stopped = True
        asyncio.ensure_future(client.km.interrupt_kernel())

    async with client.async_setup_kernel(env=env, cwd=client.resources["metadata"]["path"]):
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, interrupt)
        for position, index in enumerate(code_cells, 1):
            terminal.print(f"\n[{position}/{len(code_cells)}] {heading_of(notebook.cells, index)}".rstrip())
            started = time.monotonic()
            try:
                await client.async_execute_cell(notebook.cells[index], index)
            except CellExecutionError as error:
                terminal.end_progress()
                if stopped:
                    break
                terminal.print(failure(notebook.cells[index], position, error))
                return 1
            except DeadKernelError:
                terminal.end_progress()
                if not stopped:
                    terminal.print(f"Cell {position}: the kernel died. Out of memory is the usual reason: try a smaller setting.")
                return 130 if stopped else 1
            finally:
                save(notebook, target)
            terminal.end_progress()
            if time.monotonic() - started >= 1:
                terminal.print(f"  {time.monotonic() - started:.1f} s")
            if stopped:
                break
    return 130 if stopped else 0


def failure(cell, position: int, error: CellExecutionError) -> str:
    """Which cell, and the kernel's traceback with the lines of TypeScript."""
    output = next((out for out in cell.outputs if out.output_type == "error"), None)
    trace = "\n".join(output.traceback) if output else f"{error.ename}: {error.evalue}"
    return f"\nCell {position} (In[{cell.execution_count}]) failed: {error.ename}\n{trace}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run a notebook and save it with its outputs.")
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for the executed notebook and what its cells save")
    parser.add_argument("--setting", choices=["toy", "quick", "standard", "paper"], default="quick")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kernel", default="tokenwise")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal without UTF-8 must not end the run
    source, out = options.notebook.absolute(), options.out.absolute()
    try:
        notebook = nbformat.read(source, as_version=4)
    except OSError as error:
        print(f"{source}: {error.strerror}.", file=sys.stderr)
        return 1
    except (nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        print(f"{source}: not a notebook ({str(error).splitlines()[0]}).", file=sys.stderr)
        return 1
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    out.mkdir(parents=True, exist_ok=True)
    target = out / source.name
    if target == source:
        print(f"--out {out}: the folder of the notebook itself; choose another one.", file=sys.stderr)
        return 1
    env = dict(os.environ, TOKENWISE_SETTING=options.setting, TOKENWISE_SEED=str(options.seed), TOKENWISE_RUN=str(out))
    client = LiveClient(
        notebook, timeout=None, kernel_name=options.kernel, resources={"metadata": {"path": str(source.parent)}}
    )
    client.terminal = Terminal()
    try:
        status = asyncio.run(run(client, target, env))
    except NoSuchKernel:
        print(f"No Jupyter kernel named {options.kernel}. Run `npm run setup` to install it.", file=sys.stderr)
        return 1
    except RuntimeError as error:
        print(f"The kernel did not start: {error}", file=sys.stderr)
        return 1
    trust(target)
    client.terminal.print(f"\n{'Stopped; saved so far' if status == 130 else 'Saved'}: {target}")
    return status


if __name__ == "__main__":
    sys.exit(main())
