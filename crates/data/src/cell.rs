//! What a single cell says.

use std::borrow::Cow;

/// Words that stand for nothing, in lower case.
const MISSING: [&str; 7] = ["", "na", "n/a", "nan", "null", "?", "-"];

/// Pairs of words that stand for no and yes, in lower case.
const NO_AND_YES: [[&str; 2]; 4] = [["no", "yes"], ["false", "true"], ["n", "y"], ["f", "t"]];

/// Whether a cell stands for nothing.
pub(crate) fn is_missing(cell: &str) -> bool {
    MISSING.iter().any(|word| word.eq_ignore_ascii_case(cell))
}

/// A finite decimal number. With `decimal_comma`, `1,5` is one and a half; nothing separates thousands.
pub(crate) fn number(cell: &str, decimal_comma: bool) -> Option<f64> {
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    // The standard library would also read "inf" and "nan".
    let begins_well = digits.starts_with(|c: char| c.is_ascii_digit() || ".,".contains(c));
    if !begins_well {
        return None;
    }
    let with_point: Cow<'_, str> = match cell.contains(',') {
        true if !decimal_comma || cell.contains('.') => return None,
        true => cell.replacen(',', ".", 1).into(),
        false => cell.into(),
    };
    // Adding 0 turns -0 into 0.
    with_point.parse().ok().filter(|number: &f64| number.is_finite()).map(|number| number + 0.0)
}

/// Yes or no.
pub(crate) fn yes_or_no(cell: &str) -> Option<bool> {
    NO_AND_YES.iter().find_map(|pair| {
        let place = pair.iter().position(|word| word.eq_ignore_ascii_case(cell))?;
        Some(place == 1)
    })
}

/// The name of a category: numbers have one way of being written, so that `1` and `1.0` are the same.
pub(crate) fn category(cell: &str, decimal_comma: bool) -> Cow<'_, str> {
    match number(cell, decimal_comma) {
        Some(number) => number.to_string().into(),
        None => cell.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_finite_and_have_one_comma_or_point() {
        assert_eq!(number("-1.5e3", false), Some(-1500.0));
        assert_eq!(number("1,5", true), Some(1.5));
        assert_eq!(number(",5", true), Some(0.5));
        assert!(number("-0", false).unwrap().is_sign_positive());
        assert_eq!(number("1e-310", false), Some(1e-310));
        for cell in ["1,5", "inf", "-inf", "nan", "1e999", "0x1", "1 000", "", "-", ".", "3D"] {
            assert_eq!(number(cell, false), None, "{cell}");
        }
        for cell in ["1.234,5", "1,2,3", ","] {
            assert_eq!(number(cell, true), None, "{cell}");
        }
    }

    #[test]
    fn words_for_nothing_yes_and_no_are_known_in_any_case() {
        assert!(["", "NA", "n/a", "NaN", "Null", "?", "-"].into_iter().all(is_missing));
        assert!(!is_missing("none"));
        assert_eq!(
            ["Yes", "F", "true", "ja"].map(yes_or_no),
            [Some(true), Some(false), Some(true), None]
        );
    }

    #[test]
    fn a_number_is_one_category_however_it_is_written() {
        assert_eq!(category("1.0", false), category("1", false));
        assert_eq!(category("1,50", true), "1.5");
        assert_eq!(category("red", false), "red");
    }
}
