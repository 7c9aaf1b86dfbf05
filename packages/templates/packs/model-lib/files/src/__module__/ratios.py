"""An example of what services share: a feature that training and serving must compute alike. Replace it with your own."""


def ratio(part: float, whole: float, otherwise: float = 0.0) -> float:
    """The part of the whole, or the other value when there is no whole."""
    return part / whole if whole else otherwise
