// Evaluates the shared table of cases as the pages do: with feelin, a leading `=` taken away.
import { evaluate, unaryTest } from "feelin";

function plain(value) {
  if (value === undefined || value === null) {
    return null;
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
  }
  return value;
}

function valueOf(act) {
  try {
    return plain(act().value);
  } catch {
    return "refused";
  }
}

globalThis.runFeelCases = ({ context, expressions, unary_tests: tests }) => ({
  expressions: expressions.map((item) => valueOf(() => evaluate(item.expression.replace(/^\s*=(?!=)/, ""), item.context ?? context))),
  unary_tests: tests.map((item) => valueOf(() => unaryTest(item.tests, { ...(item.context ?? context), "?": item.input }))),
});
