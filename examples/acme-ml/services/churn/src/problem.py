"""What a person has to put right: said once, in one form."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake in what was given: what is wrong, where, and what to do next."""

    code: str
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        indent = " " * (len(self.code) + 2)
        return f"{self.code}  {self.where}: {self.what}\n{indent}{self.remedy}"


class InputProblems(Exception):
    """All problems of one input together, so that they can be put right in one go."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
