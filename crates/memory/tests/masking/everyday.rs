//! Cases from templates of everyday prose, with values that the rules do not share.

use std::collections::BTreeMap;

use super::corpus::Case;
use super::random::Random;
use super::values::{self, Values};

/// Misses in these helped to make the rules.
pub(crate) const DEVELOPMENT: (&str, u64) = (include_str!("templates.txt"), 20_240_613);
/// These were written when the rules stood, and are filled in from another seed.
pub(crate) const HELD_BACK: (&str, u64) = (include_str!("templates_held_back.txt"), 20_240_614);
/// How often each template is filled in: those with something personal, and those without.
const TIMES: [usize; 2] = [20, 24];

/// All cases of some templates, from a seed.
pub(crate) fn cases((templates, seed): (&str, u64)) -> Vec<Case> {
    let values = Values::read();
    let mut random = Random(seed);
    let mut cases = Vec::new();
    for (number, line) in templates.lines().enumerate() {
        let (language, template) =
            line.split_once('|').expect("a language stands before the template");
        let negative = language.starts_with('-');
        let language = language.trim_start_matches('-');
        for time in 0..TIMES[usize::from(negative)] {
            let marked = fill(template, language, &values, &mut random);
            cases.push(Case::new(&format!("{language} {}.{time}", number + 1), &marked));
        }
    }
    cases
}

fn fill(template: &str, language: &str, values: &Values, random: &mut Random) -> String {
    let mut filled = String::new();
    let template = template.replace("\\n", "\n");
    let mut rest = template.as_str();
    // `{given1}` and `{family1}` are two parts of one name.
    let mut once: BTreeMap<&str, String> = BTreeMap::new();
    while let Some((before, slot)) = rest.split_once('{') {
        filled.push_str(before);
        let (slot, after) = slot.split_once('}').expect("every slot is closed");
        let given = |random: &mut Random| values.draw(language, "given", random);
        let family = |random: &mut Random| values.draw(language, "family", random);
        let value = match slot {
            "name" => format!("⟦name|{} {}⟧", given(random), family(random)),
            "first" => format!("⟦name|{}⟧", given(random)),
            "last" | "last2" => format!("⟦name|{}⟧", family(random)),
            "family1" => format!("⟦name|{}", family(random)),
            "given1" => format!("{}⟧", given(random)),
            "initial" => char::from(b'A' + random.below(26) as u8).to_string(),
            "He" | "She" => ["He", "She"][random.below(2)].to_owned(),
            "he" => ["he", "she"][random.below(2)].to_owned(),
            "city" => values.draw(language, "city", random),
            "street" => format!("⟦address|{}⟧", values::street(language, values, random)),
            "place" | "usplace" | "ukplace" => {
                format!("⟦address|{}⟧", values::place(slot, language, values, random))
            }
            "mail" => format!("⟦mail|{}⟧", values::mail(language, values, random)),
            "phone" => format!("⟦phone|{}⟧", values::phone(language, random)),
            "card" => format!("⟦card|{}⟧", values::card(random)),
            "iban" => format!("⟦iban|{}⟧", values::iban(language, random)),
            "ip" => format!("⟦ip|{}⟧", values::ip(random)),
            "ip6" => format!("⟦ip|{}⟧", values::ip6(random)),
            "password" => format!("⟦secret|{}⟧", values::password(random)),
            "apikey" => format!("⟦secret|{}⟧", values::key(random)),
            "token" => format!("⟦secret|{}⟧", values::token(random)),
            "pem" => format!("⟦secret|{}⟧", values::private_key(random)),
            "ssn" => format!("⟦id|{}⟧", values::social_security(random)),
            "passport" => format!("⟦id|{}⟧", values::passport(random)),
            "birth" => format!("⟦birth date|{}⟧", values::date(language, true, random)),
            _ => values::impersonal(slot, language, random),
        };
        let value =
            if slot.ends_with('1') { once.entry(slot).or_insert(value).clone() } else { value };
        filled.push_str(&value);
        rest = after;
    }
    filled.push_str(rest);
    filled
}
