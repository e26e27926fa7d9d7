"""Patterns of stack traces of Python, JavaScript, Ruby and PHP, by language.

Each pattern is simple enough for a search in nearly linear time, since the text is foreign.
"""

from __future__ import annotations

from landfall.redaction.sought import look
from landfall.smoke.leaks.server_paths import SOURCE

TRACES = {
    "a Python traceback": (
        look(r"Traceback \(most recent call last\)"),
        look(r"File \"[^\"\n]{1,200}\", line \d", '", line '),
        look(
            r"(?:^|[\s\"'(])(?:[a-z_]\w{0,40}\.){1,8}(?:exceptions?|errors?|exc)\.[A-Z]\w{1,80}(?=: | \()",
            *("exception.", "exceptions.", "error.", "errors.", "exc."),
        ),
        look(r"\b(?:File|Module)NotFoundError: |\bUnboundLocalError: |\bZeroDivisionError: ", "error: "),
        look(r"\b(?:Key|Index|Attribute|Name|Import|Recursion|UnicodeDecode|UnicodeEncode)Error: ", "error: "),
        look(r"\bobject has no attribute '", "object has no attribute '"),
        look(r"'NoneType' object ", "'nonetype' object "),
        look(r"\[Errno -?\d{1,5}\] ", "[errno "),
        look(r"\bunsupported operand type\(s\) for "),
        look(r"\btakes \d{1,3} positional arguments?\b", " positional argument"),
        look(r"\bpydantic_core\._pydantic_core\.", "pydantic_core._pydantic_core."),
    ),
    "a JavaScript stack trace": (
        look(rf"(?:^|\n)\s{{1,12}}at [^\n]{{0,200}}?[\w./-]\.{SOURCE}:\d+:\d+", "at "),
        look(r"\(node:[\w/]{1,60}:\d+:\d+\)", "(node:"),
        look("node:internal/"),
        look(r"\bat [^\n]{1,200}\((?:node:)?internal/[\w/.-]{1,100}:\d", "internal/"),
        look("webpack-internal:///"),
        look(r"\bCannot (?:read|set) propert(?:y|ies) (?:'[^'\n]{1,80}' )?of (?:undefined|null)\b", " propert"),
        look(r"\bUncaught \(in promise\)", "uncaught (in promise)"),
        look(r"\bat (?:async )?[^\n]{0,120}\(?file:///[^\s:]{1,200}:\d", "file:///"),
        look("/node_modules/"),
        look(r"\bat ext:[\w/.]{1,100}:\d", "at ext:"),
    ),
    "a Ruby or PHP stack trace": (
        look(r"\.rb:\d+:in [`']", ".rb:"),
        look(r"\.php(?::\d+|\(\d+\)| on line \d+)", ".php"),
        look(r"Stack trace:\n#0 ", "stack trace:\n#0 "),
        look(r"(?:^|\n)#\d+ [/{][^\n]{1,200}\.php", ".php"),
        look(r"Whoops\\"),
        look(r"ActionController::\w{1,60}Error", "actioncontroller::"),
        look(r"Rails\.root: "),
        look(
            r"\b(?:Action(?:Controller|View|Dispatch|Cable)|Active(?:Record|Model|Job|Storage)|Rack|Sinatra|Sidekiq"
            r"|Faraday|Mysql2"
            r"|Redis|Mongoid|Devise|Pundit|Grape|Bundler)::[A-Z]\w",
            "::",
        ),
        look("Action Controller: Exception caught"),
        look(r"Extracted source \(around line ", "extracted source (around line "),
        look(
            r"(?:^|[\s\"'(])(?:Symfony|Illuminate|Doctrine|Laravel|Twig|Laminas|Zend|Cake|CodeIgniter|yii"
            r"|GuzzleHttp|Monolog|Psr|App"
            r"|Spatie|Livewire|Slim|Nette)\\{1,2}[A-Za-z]\w{0,60}(?:\\{1,2}\w{1,80}){0,8}",
            "\\",
        ),
        look(
            r"\bUncaught (?:Error|Exception|\w{1,60}(?:Error|Exception)|[\w\\]{1,80}Exception)\b.{0,300}\bin /",
            "uncaught ",
        ),
        look(r"\buninitialized constant [A-Z]", "uninitialized constant "),
        look(r"\bCall to (?:undefined|a member) function\b", "call to undefined function", "call to a member function"),
        look(r"#<(?:\w{1,60}::){0,6}\w{0,60}(?:Error|Exception): ", "rror", "xception"),
        look(r"\bundefined (?:local variable or )?method [`'][^'\n]{1,80}' for\b", "undefined "),
    ),
}
"""By the language that writes them."""
