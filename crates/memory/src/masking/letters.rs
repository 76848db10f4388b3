//! How surprising a run of letters and digits is, so that random keys are told from words.
//!
//! Shannon's figure of a run counts how evenly it uses its characters: a long CamelCase name and a key come out alike. This
//! one asks how many bits a reader of words needs for each character: pairs of letters as in the common words of English,
//! German, French, Spanish and Italian (`xtask/scripts/letters.mjs`), and changes between letters, digits and capitals at the
//! prices below, which are rare in words and constant in keys.

/// Steps that make a bit.
const STEPS: u32 = 16;
/// A letter where a word begins.
const FIRST_LETTER: u32 = 4 * STEPS;
/// A digit behind a digit, and one digit of ten as such.
const DIGIT: u32 = 53;
/// What it costs beside the character itself to go from letters to digits or back.
const CLASS_CHANGE: u32 = 3 * STEPS;
/// A capital within a word: the next word of a CamelCase name begins.
const NEXT_WORD: u32 = 2 * STEPS;
/// A small letter behind several capitals.
const CASE_CHANGE: u32 = 4 * STEPS;
/// A mark between two parts.
const MARK: u32 = 3 * STEPS;

/// Bits for each character of a run, in hundredths: words need some 350, keys 600 and more.
pub(super) fn surprise(run: &str) -> u32 {
    let (mut total, mut count) = (0, 0);
    let (mut before, mut capitals) = (None::<u8>, 0);
    for byte in run.bytes() {
        total += cost(before, byte, capitals);
        capitals = if byte.is_ascii_uppercase() { capitals + 1 } else { 0 };
        before = Some(byte);
        count += 1;
    }
    if count == 0 { 0 } else { total * 100 / (count * STEPS) }
}

/// Steps for a byte behind another one, before which so many capitals stand in a row.
fn cost(before: Option<u8>, byte: u8, capitals: u32) -> u32 {
    let letter_before = before.filter(u8::is_ascii_alphabetic);
    let digit_before = before.is_some_and(|before| before.is_ascii_digit());
    match (letter_before, byte) {
        (Some(before), b'a'..=b'z') => {
            let change = if capitals > 1 { CASE_CHANGE } else { 0 };
            pair(before, byte) + change
        }
        (Some(before), b'A'..=b'Z') if before.is_ascii_uppercase() => pair(before, byte),
        (Some(_), b'A'..=b'Z') => FIRST_LETTER + NEXT_WORD,
        (Some(_), b'0'..=b'9') => DIGIT + CLASS_CHANGE,
        (None, b'0'..=b'9') => DIGIT,
        (None, b'a'..=b'z' | b'A'..=b'Z') if digit_before => FIRST_LETTER + CLASS_CHANGE,
        (None, b'a'..=b'z' | b'A'..=b'Z') => FIRST_LETTER,
        _ => MARK,
    }
}

fn pair(before: u8, letter: u8) -> u32 {
    let place = |letter: u8| usize::from(letter.to_ascii_lowercase() - b'a');
    u32::from(PAIRS[place(before)][place(letter)])
}

/// Sixteenths of a bit for a letter behind another one.
#[rustfmt::skip]
const PAIRS: [[u8; 26]; 26] = [
    [155, 78, 65, 71, 138, 107, 77, 113, 74, 129, 116, 53, 69, 43, 158, 82, 148, 45, 60, 48, 77, 91, 132, 141, 105, 111],
    [43, 88, 146, 150, 35, 166, 129, 148, 49, 119, 171, 46, 132, 142, 56, 162, 203, 51, 79, 98, 62, 158, 146, 203, 108, 162],
    [48, 179, 77, 156, 50, 182, 190, 39, 51, 202, 75, 83, 176, 157, 37, 186, 145, 76, 125, 64, 70, 190, 211, 227, 118, 202],
    [47, 155, 147, 102, 26, 161, 119, 136, 36, 141, 171, 106, 120, 131, 45, 166, 200, 73, 83, 140, 70, 117, 127, 200, 103, 216],
    [82, 108, 73, 65, 93, 101, 87, 110, 83, 133, 136, 68, 76, 37, 121, 98, 129, 38, 44, 71, 96, 93, 118, 95, 125, 124],
    [46, 145, 163, 168, 41, 56, 118, 147, 38, 200, 200, 68, 152, 129, 48, 163, 200, 55, 103, 78, 61, 200, 158, 184, 112, 139],
    [50, 146, 182, 157, 27, 157, 82, 77, 51, 207, 143, 68, 127, 69, 67, 159, 207, 53, 86, 91, 60, 191, 166, 191, 117, 175],
    [38, 150, 164, 138, 31, 153, 153, 145, 45, 206, 145, 79, 97, 87, 49, 164, 180, 72, 98, 61, 73, 190, 104, 206, 102, 150],
    [65, 98, 59, 77, 57, 95, 77, 156, 164, 162, 130, 71, 76, 37, 53, 101, 112, 71, 56, 57, 120, 82, 199, 138, 208, 113],
    [32, 164, 139, 139, 31, 148, 164, 164, 84, 132, 164, 164, 148, 164, 34, 123, 164, 132, 148, 164, 38, 148, 164, 164, 139, 164],
    [53, 119, 154, 142, 27, 131, 109, 131, 48, 154, 119, 65, 126, 81, 56, 147, 179, 81, 57, 66, 75, 179, 119, 179, 90, 124],
    [43, 123, 116, 93, 33, 123, 121, 140, 40, 209, 133, 49, 111, 131, 53, 123, 164, 168, 87, 75, 75, 105, 184, 225, 73, 147],
    [37, 77, 155, 152, 31, 163, 159, 155, 45, 191, 175, 143, 68, 131, 47, 54, 216, 161, 97, 122, 75, 191, 175, 200, 117, 184],
    [58, 151, 65, 52, 50, 97, 50, 135, 63, 143, 106, 123, 141, 80, 67, 164, 137, 139, 58, 37, 94, 99, 151, 198, 121, 104],
    [114, 91, 76, 87, 119, 98, 90, 118, 90, 146, 113, 61, 62, 31, 94, 80, 152, 44, 56, 73, 66, 89, 96, 136, 113, 138],
    [42, 167, 142, 151, 40, 116, 156, 84, 59, 190, 190, 61, 146, 167, 46, 69, 215, 38, 94, 79, 74, 190, 190, 215, 137, 183],
    [138, 163, 147, 163, 163, 163, 163, 163, 131, 163, 163, 131, 163, 163, 163, 163, 163, 163, 147, 138, 1, 163, 163, 163, 163, 163],
    [43, 111, 92, 82, 32, 116, 93, 135, 47, 196, 110, 90, 80, 89, 55, 121, 155, 81, 69, 64, 83, 104, 135, 221, 102, 127],
    [58, 134, 55, 150, 42, 121, 128, 82, 51, 204, 121, 109, 108, 146, 61, 68, 126, 147, 55, 37, 68, 153, 125, 229, 117, 165],
    [45, 154, 125, 166, 31, 157, 164, 83, 37, 197, 177, 106, 135, 147, 53, 162, 209, 55, 74, 70, 74, 162, 132, 218, 99, 117],
    [73, 79, 67, 81, 52, 89, 86, 108, 68, 142, 144, 65, 74, 49, 107, 79, 175, 45, 52, 57, 163, 102, 183, 104, 131, 125],
    [42, 175, 159, 153, 19, 175, 175, 185, 33, 201, 201, 164, 185, 201, 48, 164, 201, 95, 159, 169, 103, 115, 185, 185, 150, 201],
    [33, 129, 138, 126, 34, 131, 163, 73, 39, 154, 138, 104, 142, 77, 49, 134, 179, 86, 78, 122, 76, 163, 110, 163, 117, 179],
    [58, 141, 50, 157, 45, 125, 157, 92, 44, 157, 157, 125, 132, 141, 98, 31, 125, 157, 157, 45, 83, 125, 157, 116, 100, 141],
    [53, 98, 73, 91, 42, 146, 125, 137, 59, 162, 146, 68, 65, 63, 56, 70, 162, 94, 45, 79, 73, 137, 95, 162, 146, 137],
    [37, 136, 105, 125, 39, 173, 148, 136, 33, 173, 173, 101, 157, 173, 57, 157, 148, 148, 148, 77, 54, 128, 89, 173, 112, 58],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_expected_and_keys_are_not() {
        let words = [
            "internationalization",
            "getElementsByTagNameNS",
            "Donaudampfschifffahrtsgesellschaft",
            "CATASTROPHICALLY_UNLIKELY",
            "libstdc++-compat-headers",
        ];
        let keys =
            ["q7Rz0vXk2PwL9tBn4mYc", "Hq3vZr8LxWk1Tn6JbYp0", "wJalrXUtnFEMIK7MDENGbPxRfiCYzEXA"];
        for word in words {
            assert!(surprise(word) < 480, "{word}: {}", surprise(word));
        }
        for key in keys {
            assert!(surprise(key) > 520, "{key}: {}", surprise(key));
        }
    }
}
