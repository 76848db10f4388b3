//! What other people wrote, made fit to be shown.

/// Characters that show nothing, or that change the direction of what stands around them: `Default_Ignorable_Code_Point` of
/// the Unicode Character Database (`DerivedCoreProperties.txt`), which has the controls of Unicode Annex 9 among it; and the
/// blanks and separators that look like nothing in a line.
const INVISIBLE: [(char, char); 20] = [
    ('\u{AD}', '\u{AD}'),
    ('\u{34F}', '\u{34F}'),
    ('\u{61C}', '\u{61C}'),
    ('\u{115F}', '\u{1160}'),
    ('\u{17B4}', '\u{17B5}'),
    ('\u{180B}', '\u{180F}'),
    ('\u{200B}', '\u{200F}'),
    ('\u{2028}', '\u{202E}'),
    ('\u{2060}', '\u{206F}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{FE00}', '\u{FE0F}'),
    ('\u{FEFF}', '\u{FEFF}'),
    ('\u{FFA0}', '\u{FFA0}'),
    ('\u{FFF0}', '\u{FFFB}'),
    ('\u{13430}', '\u{1343F}'),
    ('\u{1BCA0}', '\u{1BCA3}'),
    ('\u{1D159}', '\u{1D159}'),
    ('\u{1D173}', '\u{1D17A}'),
    ('\u{E0000}', '\u{E0FFF}'),
];

/// A name as it is shown and kept: without control characters and those that are [`INVISIBLE`], and without blanks around it.
/// Empty where nothing of it can be seen.
///
/// Joiners and variation selectors stay where they follow something that can be seen: Persian and Indian scripts, and
/// pictures made of several characters, are written with them.
pub fn shown_name(name: &str) -> String {
    let mut shown = String::new();
    for c in name.chars() {
        let follows_visible =
            shown.chars().next_back().is_some_and(|last| !last.is_whitespace() && !is_joiner(last));
        if is_visible(c) || (is_joiner(c) && follows_visible) {
            shown.push(c);
        } else if c.is_whitespace() && !shown.is_empty() && !shown.ends_with(' ') {
            shown.push(' ');
        }
    }
    shown
        .trim_end_matches(|c: char| c.is_whitespace() || c == '\u{200C}' || c == '\u{200D}')
        .to_owned()
}

/// What is left of a shown name when it is compared with another: names that look alike are alike.
pub fn look_of(shown: &str) -> impl Iterator<Item = char> + '_ {
    shown.chars().filter(|&c| !is_joiner(c))
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

fn is_visible(c: char) -> bool {
    !c.is_control()
        && !c.is_whitespace()
        && !INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// A message of the engine, whose quotations stand in backticks, with quotation marks instead.
pub fn with_quotation_marks(message: &str) -> String {
    let mut opens = false;
    let quote = |c| match c {
        '`' => {
            opens = !opens;
            if opens { '“' } else { '”' }
        }
        c => c,
    };
    message.chars().map(quote).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_can_be_seen_of_it() {
        for (name, shown) in [
            ("  Ada’s phone ", "Ada’s phone"),
            ("\u{200B}\u{2066}\u{202E}", ""),
            ("\u{200D}\u{FE0F}", ""),
            ("\u{3164}\u{2800}\u{A0}", ""),
            ("a\u{202E}b\u{2066}c\u{200F}", "abc"),
            ("one\ntwo\u{2028}\tthree", "one two three"),
            ("می\u{200C}خواهم", "می\u{200C}خواهم"),
            ("👩\u{200D}💻", "👩\u{200D}💻"),
            ("❤\u{FE0F}", "❤\u{FE0F}"),
            ("Ada\u{200D}", "Ada"),
        ] {
            assert_eq!(shown_name(name), shown, "{name:?}");
        }
    }

    #[test]
    fn names_that_look_alike_are_alike() {
        assert!(look_of(&shown_name("A\u{200D}da")).eq(look_of("Ada")));
    }

    #[test]
    fn what_is_quoted_stands_in_quotation_marks() {
        let message = "no cluster `a` and no cluster `b`: create one";
        assert_eq!(with_quotation_marks(message), "no cluster “a” and no cluster “b”: create one");
    }
}
