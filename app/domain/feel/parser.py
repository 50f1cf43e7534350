"""Tokens to a tree, by recursive descent. Nothing is looked up and nothing runs here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import NoReturn, TypeVar

from app.domain.feel import syntax as tree
from app.domain.feel.lexer import KEYWORDS, RESERVED, Token, read_tokens, text_of
from app.domain.feel.refusals import MAX_DEPTH, FeelRefused
from app.domain.feel.values import read_moment

Tree = TypeVar("Tree")
Arities = Mapping[str, tuple[int, int]]

_COMPARISONS = ("=", "==", "!=", "<", "<=", ">", ">=")
_BEGINNING = ("?", "{", "[", "(", "-")
_JOINING = ("and", "or", "in", "between", "then", "else", "satisfies")
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None}


def parse_expression(text: str, arities: Arities, *, offset: int = 0) -> tree.Node:
    """Read a whole expression. arities: function -> fewest and most arguments. Raises FeelRefused."""
    reader = _Reader(text, arities, offset)
    return reader.whole(reader.expression)


def parse_unary_tests(text: str, arities: Arities) -> tree.Tests:
    """Read the tests of one cell of a decision table; empty and `-` accept everything. Raises FeelRefused."""
    reader = _Reader(text, arities, 0)
    return reader.whole(reader.unary_tests)


class _Reader:
    def __init__(self, text: str, arities: Arities, offset: int) -> None:
        self._tokens = read_tokens(text, arities, offset=offset)
        self._arities = arities
        self._at = 0
        self._depth = 0
        self._inputs = 0

    def whole(self, rule: Callable[[], Tree]) -> Tree:
        found = rule()
        if self._now.kind != "end":
            self._fail("feel_unexpected")
        return found

    def expression(self) -> tree.Node:
        with self._deeper():
            if self._take("if"):
                return self._choice()
            if self._is("some", "every"):
                return self._quantified()
            return self._logic("or", self._conjunction)

    def unary_tests(self) -> tree.Tests:
        if self._now.kind == "end" or (self._is("-") and self._tokens[self._at + 1].kind == "end"):
            self._at = len(self._tokens) - 1
            return tree.Tests(())
        if self._is("not") and self._tokens[self._at + 1].value == "(":
            self._at += 2
            tests = self._tests_until_end()
            self._need(")")
            return tree.Tests(tests, negated=True)
        return tree.Tests(self._tests_until_end())

    # ------------------------------------------------------------ places in the token list
    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _is(self, *values: str) -> bool:
        return self._now.value in values and self._now.kind in ("sign", "name")

    def _take(self, *values: str) -> str:
        if not self._is(*values):
            return ""
        self._at += 1
        return self._tokens[self._at - 1].value

    def _need(self, value: str) -> None:
        if not self._take(value):
            self._fail("feel_expected", expected=value)

    def _need_name(self) -> str:
        if self._now.kind != "name":
            self._fail("feel_name_expected")
        self._at += 1
        return self._tokens[self._at - 1].value

    def _fail(self, code: str, **facts: object) -> NoReturn:
        raise FeelRefused(code, position=self._now.position, found=self._now.value, **facts)

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail("feel_too_deep", most=MAX_DEPTH)
        yield
        self._depth -= 1

    # ------------------------------------------------------------ rules, weakest operator first
    def _choice(self) -> tree.Node:
        condition = self.expression()
        self._need("then")
        then = self.expression()
        self._need("else")
        return tree.Choice(condition, then, self.expression())

    def _quantified(self) -> tree.Node:
        word = self._take("some", "every")
        bindings: list[tuple[str, tree.Node]] = []
        while not bindings or self._take(","):
            position = self._now.position
            variable = self._need_name()
            if variable in KEYWORDS:
                raise FeelRefused("feel_name_expected", position=position, found=variable)
            self._need("in")
            bindings.append((variable, self.expression()))
        self._need("satisfies")
        body = self.expression()
        for variable, items in reversed(bindings):
            body = tree.Quantified(word, variable, items, body)
        return body

    def _logic(self, word: str, rule: Callable[[], tree.Node]) -> tree.Node:
        operands = [rule()]
        while self._take(word):
            operands.append(rule())
        return operands[0] if len(operands) == 1 else tree.Logic(word, tuple(operands))

    def _conjunction(self) -> tree.Node:
        return self._logic("and", self._comparison)

    def _comparison(self) -> tree.Node:
        left = self._sum()
        sign = self._take(*_COMPARISONS)
        if sign:
            return tree.Comparison(_plain_sign(sign), left, self._sum())
        if self._take("between"):
            low = self._sum()
            self._need("and")
            return tree.Between(left, low, self._sum())
        if self._take("in"):
            return tree.In(left, self._tests_of_in())
        return left

    def _arithmetic(self, signs: tuple[str, ...], rule: Callable[[], tree.Node]) -> tree.Node:
        first = rule()
        rest: list[tuple[str, tree.Node]] = []
        while sign := self._take(*signs):
            rest.append((sign, rule()))
        return tree.Arithmetic(first, tuple(rest)) if rest else first

    def _sum(self) -> tree.Node:
        return self._arithmetic(("+", "-"), self._product)

    def _product(self) -> tree.Node:
        return self._arithmetic(("*", "/"), self._power)

    def _power(self) -> tree.Node:
        return self._arithmetic(("**",), self._signed)

    def _signed(self) -> tree.Node:
        if not self._take("-"):
            return self._postfix()
        with self._deeper():
            return tree.Minus(self._signed())

    def _postfix(self) -> tree.Node:
        found = self._primary()
        filters = 0
        while self._is(".", "[") and not self._closes_range():
            if self._take("."):
                step = self._need_name()
                found = (
                    tree.Path(found.base, (*found.steps, step))
                    if isinstance(found, tree.Path)
                    else tree.Path(found, (step,))
                )
                continue
            self._take("[")
            filters += 1
            if self._depth + filters > MAX_DEPTH:
                self._fail("feel_too_deep", most=MAX_DEPTH)
            found = tree.Filter(found, self.expression())
            self._need("]")
        return found

    def _closes_range(self) -> bool:
        """Say whether `[` ends a range, as in `]1..9[`: what follows cannot begin a filter."""
        if not self._is("["):
            return False
        following = self._tokens[self._at + 1]
        if following.kind == "sign":
            return following.value not in _BEGINNING
        return following.kind == "end" or following.value in _JOINING

    def _primary(self) -> tree.Node:
        token = self._now
        if token.kind == "name":
            return self._word(token)
        if token.kind == "end" or (token.kind == "sign" and token.value not in "?{[]("):
            self._fail("feel_value_expected")
        self._at += 1
        if token.kind == "sign":
            return self._signed_value(token)
        return _literal(token)

    def _signed_value(self, token: Token) -> tree.Node:
        if token.value == "?":
            self._inputs += 1
            return tree.Input()
        return self._context() if token.value == "{" else self._bracket(token.value)

    def _word(self, token: Token) -> tree.Node:
        if token.value in _CONSTANTS:
            self._at += 1
            return tree.Literal(_CONSTANTS[token.value])
        followed = self._tokens[self._at + 1].value == "(" and self._tokens[self._at + 1].kind == "sign"
        if token.value == "not" and followed:
            self._at += 2
            operand = self.expression()
            self._need(")")
            return tree.Negation(operand)
        if token.value in ("if", "some", "every"):
            return self.expression()
        if token.value in RESERVED and token.value != "item":
            self._fail("feel_value_expected")
        self._at += 1
        return self._call(token) if followed else tree.Name(token.value)

    def _call(self, token: Token) -> tree.Node:
        if token.value not in self._arities:
            raise FeelRefused("feel_function_unknown", position=token.position, found=token.value)
        self._need("(")
        arguments: list[tree.Node] = []
        while not self._is(")"):
            if arguments:
                self._need(",")
            arguments.append(self.expression())
        self._need(")")
        fewest, most = self._arities[token.value]
        if not fewest <= len(arguments) <= most:
            raise FeelRefused("feel_arguments", position=token.position, found=token.value, given=len(arguments))
        return tree.Call(token.value, tuple(arguments))

    def _bracket(self, opened: str) -> tree.Node:
        if opened == "[" and self._take("]"):
            return tree.ListOf(())
        first = self.expression()
        if self._is(".."):
            return self._range(first, has_low=opened == "[")
        if opened == "(":
            self._need(")")
            return first
        if opened == "]":
            self._need("..")
        items = [first]
        while self._take(","):
            items.append(self.expression())
        self._need("]")
        return tree.ListOf(tuple(items))

    def _range(self, low: tree.Node, *, has_low: bool) -> tree.Node:
        self._need("..")
        high = self.expression()
        closed = self._take("]", ")", "[")
        if not closed:
            self._fail("feel_expected", expected="]")
        return tree.RangeOf(low, high, has_low=has_low, has_high=closed == "]")

    def _context(self) -> tree.Node:
        entries: list[tuple[str, tree.Node]] = []
        while not self._is("}"):
            if entries:
                self._need(",")
            token = self._now
            if token.kind not in ("name", "text"):
                self._fail("feel_name_expected")
            self._at += 1
            self._need(":")
            entries.append((token.value if token.kind == "name" else text_of(token), self.expression()))
        self._need("}")
        return tree.Context(tuple(entries))

    # ------------------------------------------------------------ tests
    def _tests_until_end(self) -> tuple[tree.OperatorTest | tree.ValueTest, ...]:
        tests = [self._test(self.expression)]
        while self._take(","):
            tests.append(self._test(self.expression))
        return tuple(tests)

    def _test(self, rule: Callable[[], tree.Node]) -> tree.OperatorTest | tree.ValueTest:
        sign = self._take(*_COMPARISONS)
        if sign:
            return tree.OperatorTest(_plain_sign(sign), self._sum())
        inputs = self._inputs
        operand = rule()
        return tree.ValueTest(operand, reads_input=self._inputs > inputs)

    def _tests_of_in(self) -> tree.Tests:
        if not self._take("("):
            return tree.Tests((self._test(self._sum),))
        # A bracket opens a range or a list of tests. What follows the first value tells which: nothing is read twice.
        with self._deeper():
            first = self._test(self.expression)
            if isinstance(first, tree.ValueTest) and self._is(".."):
                return tree.Tests((tree.ValueTest(self._range(first.operand, has_low=False), reads_input=False),))
            tests = [first]
            while self._take(","):
                tests.append(self._test(self.expression))
            self._need(")")
            return tree.Tests(tuple(tests))


def _plain_sign(sign: str) -> str:
    return "=" if sign == "==" else sign


def _literal(token: Token) -> tree.Node:
    if token.kind == "number":
        return tree.Literal(Decimal(token.value) if "." in token.value else int(token.value))
    if token.kind == "text":
        return tree.Literal(text_of(token))
    moment = read_moment(token.value[2:-1])
    if moment is None:
        raise FeelRefused("feel_moment", position=token.position, found=token.value)
    return tree.Literal(moment)
