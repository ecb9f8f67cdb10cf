"""Lets papermill write the parameters of notebooks in TypeScript."""

import json
import re

# Papermill's own engine, which pyproject.toml registers again so that papermill loads this file.
from papermill.engines import NBClientEngine  # noqa: F401
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators


class TypeScriptTranslator(Translator):
    """Parameters as declarations, which replace those of the cell tagged `parameters` for later cells."""

    # let rate: number = 0.1; // what it is
    declaration = re.compile(r"\s*(?:const|let|var)\s+(\w+)\s*(?::\s*([^=]+?))?\s*=\s*(.+?);?\s*(?://\s*(.*))?")

    @classmethod
    def translate(cls, val):
        return json.dumps(val, ensure_ascii=False, default=str)  # JavaScript has NaN and Infinity, too

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        lines = map(cls.declaration.fullmatch, parameters_cell.source.splitlines())
        found = (line.groups() for line in lines if line)
        return [Parameter(name, kind or "None", value, about or "") for name, kind, value, about in found]


papermill_translators.register("typescript", TypeScriptTranslator)
