//! Placeholders in the place of what was found.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Finding, Kind, MaskingError};

/// What a person wishes who has seen what was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    /// Bytes of the text that stay readable: every finding that touches one of them is taken back.
    pub keep: &'a [Range<usize>],
    /// What is masked beside what was found. Findings that it overlaps become part of it.
    pub add: &'a [Finding],
}

/// A text that may leave: a placeholder stands for everything that was to be masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    text: String,
    findings: Vec<Finding>,
}

impl Masked {
    /// The text that may leave.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text that may leave.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// What was masked, by its bytes in the text before. It says where something stood, not what.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub(super) fn new(
        text: &str,
        found: Vec<Finding>,
        wishes: &Wishes<'_>,
    ) -> Result<Self, MaskingError> {
        let findings = as_wished(text, found, wishes)?;
        let mut numbers = Numbers::after(text);
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        for finding in &findings {
            masked.push_str(&text[at..finding.start]);
            let number = numbers.of(finding.kind, &text[finding.range()]);
            masked.push_str(&format!("[{} {number}]", finding.kind.word()));
            at = finding.end;
        }
        masked.push_str(&text[at..]);
        Ok(Self { text: masked, findings })
    }
}

/// What is masked in the end: in order, and no two overlap.
fn as_wished(
    text: &str,
    found: Vec<Finding>,
    wishes: &Wishes<'_>,
) -> Result<Vec<Finding>, MaskingError> {
    let added = wishes.add.iter().map(|finding| finding.range());
    for Range { start, end } in wishes.keep.iter().cloned().chain(added) {
        if start >= end || text.get(start..end).is_none() {
            return Err(MaskingError::NoPart { start, end });
        }
    }
    let kept = merged(wishes.keep.to_vec());
    let touches = |finding: &Finding| {
        let next = kept.partition_point(|range| range.end <= finding.start);
        kept.get(next).is_some_and(|range| range.start < finding.end)
    };
    let mut all = wishes.add.to_vec();
    all.extend(found.into_iter().filter(|finding| !touches(finding)));
    // A stable sort: of two that begin together, what a person added says the kind.
    all.sort_by_key(|finding| finding.start);
    let mut findings: Vec<Finding> = Vec::with_capacity(all.len());
    for finding in all {
        match findings.last_mut() {
            Some(last) if finding.start < last.end => last.end = last.end.max(finding.end),
            _ => findings.push(finding),
        }
    }
    Ok(findings)
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Which number a value has: one value, one number, however it is spaced or capitalised.
struct Numbers {
    known: BTreeMap<(Kind, String), u32>,
    next: BTreeMap<Kind, u32>,
}

impl Numbers {
    /// Numbers behind those of placeholders that the text has already, which stand for other values.
    fn after(text: &str) -> Self {
        let mut next = BTreeMap::new();
        for (at, _) in text.match_indices('[') {
            if let Some((kind, number, _)) = placeholder_at(text, at) {
                let least: &mut u32 = next.entry(kind).or_insert(1);
                *least = (*least).max(number.saturating_add(1));
            }
        }
        Self { known: BTreeMap::new(), next }
    }

    fn of(&mut self, kind: Kind, value: &str) -> u32 {
        let plain = |letter: &char| letter.is_alphanumeric() || "@+._".contains(*letter);
        let mut value: String = value.chars().filter(plain).collect();
        if kind != Kind::Secret {
            value = value.to_lowercase();
        }
        *self.known.entry((kind, value)).or_insert_with(|| {
            let next = self.next.entry(kind).or_insert(1);
            let number = *next;
            *next = next.saturating_add(1);
            number
        })
    }
}

/// The placeholder that begins at a byte: its kind, its number, and the byte behind it.
pub(super) fn placeholder_at(text: &str, at: usize) -> Option<(Kind, u32, usize)> {
    let inside = text.get(at..)?.strip_prefix('[')?;
    Kind::ALL.into_iter().find_map(|kind| {
        let rest = inside.strip_prefix(kind.word())?.strip_prefix(' ')?;
        let digits = rest.bytes().take(10).take_while(u8::is_ascii_digit).count();
        let number = rest[..digits].parse().ok()?;
        rest[digits..].strip_prefix(']')?;
        Some((kind, number, at + 1 + kind.word().len() + 1 + digits + 1))
    })
}
