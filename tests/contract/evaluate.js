// Evaluates JSONata as Step Functions does: a JSON line in, a JSON line out.
//
// In: {"expression", "bindings"}. Out: {"value"}, {"undefined": true} or {"error"}.
// Source: Step Functions Developer Guide, "Transforming data with JSONata": version 2.0.6, without $eval, with six
// functions of its own. Of these only $parse does what anything here could depend on; the others refuse.
const jsonata = require("jsonata");
const lines = require("readline").createInterface({ input: process.stdin });

const compiled = new Map();

function refused(name) {
  return () => { throw { code: "REFUSED", message: `$${name} is not to be used` }; };
}

function compile(text) {
  if (!compiled.has(text)) {
    const expression = jsonata(text);
    expression.registerFunction("parse", (json) => JSON.parse(json), "<s:x>");
    for (const name of ["eval", "partition", "range", "hash", "random", "uuid"]) {
      expression.registerFunction(name, refused(name));
    }
    compiled.set(text, expression);
  }
  return compiled.get(text);
}

async function evaluate({ expression, bindings }) {
  try {
    const value = await compile(expression).evaluate(undefined, bindings);
    return value === undefined ? { undefined: true } : { value };
  } catch (error) {
    return { error: `${error.code ?? error.name}: ${error.message}` };
  }
}

(async () => {
  for await (const line of lines) {
    process.stdout.write(JSON.stringify(await evaluate(JSON.parse(line))) + "\n");
  }
})();
