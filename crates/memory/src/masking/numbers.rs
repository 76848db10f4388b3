//! Phone numbers, by how they are grouped and by what stands around them.

use super::Kind;
use super::reader::Reader;
use super::tokens::Class;
use super::words::{NO_PHONE_AFTER, NO_PHONE_BEFORE, PHONE_WORDS};

/// Most digits of a number with its country (E.164), and fewest that are taken for one.
const DIGITS_MAX: usize = 15;
const DIGITS_MIN: usize = 6;

pub(super) fn find_phones(reader: &mut Reader<'_>) {
    for at in 0..reader.len() {
        let starts = match reader.class(at) {
            Class::Number => true,
            Class::Mark('+' | '(') => reader.is_number(at + 1),
            _ => false,
        };
        if starts && begins_apart(reader, at) {
            let candidate = Candidate::read(reader, at);
            if candidate.is_phone(reader) {
                reader.take(candidate.from, candidate.to, Kind::Phone);
            }
        }
    }
}

/// Whether nothing before makes it a part of something larger.
fn begins_apart(reader: &Reader<'_>, at: usize) -> bool {
    match reader.class_before(at) {
        Class::Word(_) | Class::Number => false,
        Class::Mark('+') => false,
        // A parenthesis that opened before digits has been tried together with them.
        Class::Mark('(') => {
            !(reader.is_number(at) && Candidate::read(reader, at - 1).parts.len() > 1)
        }
        Class::Mark(mark) => !"._/-=#$€£¥%&@~^\\".contains(mark),
        // The rest of a longer row of numbers.
        Class::Space if reader.is_number(at) => at < 2 || !reader.is_number(at - 2),
        _ => true,
    }
}

/// Groups of digits with what joins them.
struct Candidate {
    from: usize,
    to: usize,
    plus: bool,
    /// Whether the area code is in parentheses.
    enclosed: bool,
    /// The token of each group.
    parts: Vec<usize>,
    /// How groups are joined, each once.
    joints: String,
}

impl Candidate {
    fn read(reader: &Reader<'_>, from: usize) -> Self {
        let plus = reader.is_mark(from, '+');
        let mut candidate = Self {
            from,
            to: from,
            plus,
            enclosed: reader.is_mark(from, '('),
            parts: Vec::new(),
            joints: String::new(),
        };
        let mut at = if reader.is_number(from) { from } else { from + 1 };
        let mut digits = 0;
        while reader.is_number(at) && candidate.parts.len() < 8 {
            digits += reader.str(at).len();
            if digits > DIGITS_MAX + 2 {
                break;
            }
            candidate.parts.push(at);
            candidate.to = at + 1;
            let joint = at + 1;
            let mut next = joint;
            while next - joint < 4 && is_joint(reader, next) {
                next += 1;
            }
            candidate.enclosed |= reader.span(joint, next).contains(['(', ')']);
            if next == joint || !reader.is_number(next) {
                break;
            }
            candidate.joints.push_str(reader.span(joint, next));
            at = next;
        }
        candidate
    }

    fn groups(&self, reader: &Reader<'_>) -> Vec<usize> {
        self.parts.iter().map(|part| reader.str(*part).len()).collect()
    }

    fn digits<'a>(&self, reader: &Reader<'a>) -> Vec<&'a str> {
        self.parts.iter().map(|part| reader.str(*part)).collect()
    }

    fn is_phone(&self, reader: &Reader<'_>) -> bool {
        let (groups, digits) = (self.groups(reader), self.digits(reader));
        let count: usize = groups.iter().sum();
        if !(DIGITS_MIN..=DIGITS_MAX).contains(&count) || self.goes_on(reader) {
            return false;
        }
        let word = reader.word_before(self.from);
        let pointed = word.is_some_and(|word| reader.is_in(word, &PHONE_WORDS))
            || reader.follows(self.from, &["call", "me", "at"])
            || reader.follows(self.from, &["call", "me", "on"])
            || reader.follows(self.from, &["reach", "me", "at"])
            || reader.follows(self.from, &["my", "number", "is"]);
        if self.is_date(&groups, &digits) && !self.plus {
            return false;
        }
        if self.plus || (digits[0].starts_with("00") && count > 9) {
            return count >= 8 && !digits[0].starts_with("000");
        }
        if pointed {
            return true;
        }
        let denied = word.is_some_and(|word| reader.is_in(word, &NO_PHONE_BEFORE))
            || reader.is_in(reader.after_space(self.to), &NO_PHONE_AFTER)
            || reader.is_one_of(reader.after_space(self.to), "€$£%°")
            || reader.is_one_of(reader.before_space(self.from).wrapping_sub(1), "€$£#§");
        !denied && self.is_national(&groups, &digits, count)
    }

    /// Whether what stands behind makes it a part of something larger.
    fn goes_on(&self, reader: &Reader<'_>) -> bool {
        match reader.class(self.to) {
            Class::Word(_) => !reader.is(self.to, "x") && !reader.is(self.to, "ext"),
            Class::Mark('_' | '@' | '%' | '=') => true,
            Class::Mark('.' | ',' | '-' | '/' | ':') => {
                matches!(reader.class(self.to + 1), Class::Number | Class::Word(_))
                    && !reader.is_mark(self.to, ',')
            }
            _ => false,
        }
    }

    /// Days, months and years, or ranges of years and hours.
    fn is_date(&self, groups: &[usize], digits: &[&str]) -> bool {
        let value = |at: usize| digits[at].parse::<u32>().unwrap_or(u32::MAX);
        let year = |at: usize| groups[at] == 4 && (1000..2200).contains(&value(at));
        match groups {
            [1 | 2, 1 | 2, 4] => year(2) && value(0) <= 31 && value(1) <= 31,
            [1 | 2, 1 | 2, 2] => value(0) <= 31 && value(1) <= 31,
            [4, 1 | 2, 1 | 2, ..] => year(0) && value(1) <= 12 && value(2) <= 31,
            [8] => (1900..2100).contains(&(value(0) / 10_000)),
            [4, 4] => year(0) && year(1),
            _ => false,
        }
    }

    /// Forms that are common without a country: of North America, and with a zero in front or of Spain and Italy.
    fn is_national(&self, groups: &[usize], digits: &[&str], count: usize) -> bool {
        let joined = |marks: &str| self.joints.chars().all(|joint| marks.contains(joint));
        let one_kind = {
            let mut joints: Vec<char> = self.joints.chars().filter(|joint| *joint != ' ').collect();
            joints.sort_unstable();
            joints.dedup();
            joints.len() <= 1 || self.enclosed
        };
        if !one_kind {
            return false;
        }
        let (first, area) = (digits[0].as_bytes()[0], |at: usize| {
            (b'2'..=b'9').contains(&digits[at].as_bytes()[0])
        });
        match groups {
            [3, 3, 4] if area(0) && area(1) => true,
            [1, 3, 3, 4] if first == b'1' && area(1) => true,
            [3, 3, 2, 2] | [4, 2, 2, 2] | [3, 2, 2, 2] if first == b'0' => true,
            // Mobile numbers of Italy, numbers of Spain.
            [3, 7] | [3, 6] | [3, 3, 4] if first == b'3' && joined(" .-/") => true,
            [3, 3, 3] | [3, 2, 2, 2] | [2, 3, 2, 2]
                if (b'6'..=b'9').contains(&first) && joined(" -") =>
            {
                true
            }
            // One piece: too much like other numbers, but for mobile ones.
            [10..=11] => {
                let lead = &digits[0][..2];
                matches!(lead, "06" | "07" | "01")
                    && (lead != "01" || matches!(digits[0].as_bytes()[2], b'5'..=b'7'))
            }
            [_] => false,
            _ => {
                first == b'0'
                    && (8..=12).contains(&count)
                    && digits[0].len() >= 2
                    && !digits[0].starts_with("00")
                    && (groups.len() <= 6)
            }
        }
    }
}

fn is_joint(reader: &Reader<'_>, at: usize) -> bool {
    match reader.class(at) {
        Class::Space => reader.str(at).chars().count() == 1,
        Class::Mark(mark) => "-.()/–\u{2011}".contains(mark),
        _ => false,
    }
}
