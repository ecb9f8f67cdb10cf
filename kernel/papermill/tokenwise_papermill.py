"""Teaches papermill to write the parameters of notebooks in TypeScript."""

import json
import re

from papermill.engines import NBClientEngine  # noqa: F401, papermill's own engine, registered again to have this file loaded
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators


class TypeScriptTranslator(Translator):
    """Parameters as declarations; later cells take these in place of those of the cell tagged `parameters`."""

    # let rate: number = 0.1; // what it is
    declaration = re.compile(r"\s*(?:const|let|var)\s+(\w+)\s*(?::\s*([^=]+?))?\s*=\s*(.+?);?\s*(?://\s*(.*))?")

    @classmethod
    def translate(cls, val):
        return json.dumps(val, ensure_ascii=False, default=str)  # also NaN and Infinity, as JavaScript has them

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val};"

    @classmethod
    def inspect(cls, parameters_cell):
        lines = map(cls.declaration.fullmatch, parameters_cell.source.splitlines())
        return [Parameter(name, kind or "None", value, about or "") for name, kind, value, about in (m.groups() for m in lines if m)]


papermill_translators.register("typescript", TypeScriptTranslator)
