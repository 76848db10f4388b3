//! Texts whose personal parts are marked as `⟦kind|text⟧`, and how well findings agree with the marks.

use std::collections::BTreeMap;
use std::ops::Range;

use memory::masking::{Finding, Kind, find};

/// A text, and what in it is personal.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub title: String,
    pub text: String,
    pub marks: Vec<Mark>,
}

/// A part of a text that a reader marked.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub range: Range<usize>,
    /// None where a reader cannot say: it may be found or not.
    pub kind: Option<Kind>,
}

impl Case {
    /// Reads the marks out of a text.
    pub(crate) fn new(title: &str, marked: &str) -> Self {
        let (mut text, mut marks) = (String::new(), Vec::new());
        let mut rest = marked;
        while let Some((before, mark)) = rest.split_once('⟦') {
            text.push_str(before);
            let (inside, after) = mark.split_once('⟧').expect("every mark is closed");
            let (word, value) = inside.split_once('|').expect("every mark has a kind");
            let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word);
            assert!(kind.is_some() || word == "?", "{title}: no kind is called {word}");
            let start = text.len();
            text.push_str(value);
            marks.push(Mark { range: start..text.len(), kind });
            rest = after;
        }
        text.push_str(rest);
        Self { title: title.to_owned(), text, marks }
    }
}

/// How findings agree with marks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    /// By kind: marks, those of them that are covered, findings, those of them that are right.
    pub by_kind: BTreeMap<Kind, [u32; 4]>,
    /// Marks that are covered by findings of the same kind.
    pub kind_right: u32,
    pub misses: Vec<String>,
    pub false_alarms: Vec<String>,
}

impl Score {
    pub(crate) fn of(cases: &[Case]) -> Self {
        let mut score = Self::default();
        for case in cases {
            score.add(case);
        }
        score
    }

    fn add(&mut self, case: &Case) {
        let findings = find(&case.text).expect("cases are short");
        let shown = |range: &Range<usize>| {
            let mut from = range.start.saturating_sub(25);
            while !case.text.is_char_boundary(from) {
                from -= 1;
            }
            let mut to = (range.end + 25).min(case.text.len());
            while !case.text.is_char_boundary(to) {
                to += 1;
            }
            let (before, inside, after) = (
                &case.text[from..range.start],
                &case.text[range.clone()],
                &case.text[range.end..to],
            );
            format!("{}: {:?}", case.title, format!("{before}«{inside}»{after}"))
        };
        for mark in &case.marks {
            let Some(kind) = mark.kind else { continue };
            // Letters and digits count: whether a dot or a bracket is masked with a value tells nothing of it.
            let covered = values(&case.text, &mark.range)
                .all(|at| findings.iter().any(|finding| finding.range().contains(&at)));
            let row = self.by_kind.entry(kind).or_default();
            row[0] += 1;
            row[1] += u32::from(covered);
            self.kind_right += u32::from(
                covered
                    && findings.iter().any(|finding| {
                        finding.kind == kind
                            && finding.start < mark.range.end
                            && mark.range.start < finding.end
                    }),
            );
            if !covered {
                self.misses.push(format!("{} {}", kind.word(), shown(&mark.range)));
            }
        }
        for Finding { start, end, kind } in findings {
            let marked = |at: &usize| case.marks.iter().any(|mark| mark.range.contains(at));
            let total = values(&case.text, &(start..end)).count();
            let right = values(&case.text, &(start..end)).filter(marked).count();
            let known = case.marks.iter().any(|mark| {
                mark.kind.is_some() && mark.range.start < end && start < mark.range.end
            });
            // What a reader cannot say is neither right nor wrong.
            if !known && right > 0 {
                continue;
            }
            let row = self.by_kind.entry(kind).or_default();
            row[2] += 1;
            // More than half of it must be marked: a finding that swallows a sentence is no good one.
            if right * 2 > total {
                row[3] += 1;
            } else {
                self.false_alarms.push(format!("{} {}", kind.word(), shown(&(start..end))));
            }
        }
    }

    pub(crate) fn sums(&self) -> [u32; 4] {
        let mut sums = [0; 4];
        for row in self.by_kind.values() {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
        sums
    }

    pub(crate) fn print(&self, title: &str, cases: usize) {
        println!("{title}: {cases} cases");
        let line = |name: &str, [marks, covered, findings, right]: [u32; 4]| {
            let share = |part: u32, of: u32| {
                if of == 0 { 100.0 } else { 100.0 * f64::from(part) / f64::from(of) }
            };
            println!(
                "  {name:<11} recall {:6.2} % of {marks:5}   precision {:6.2} % of {findings:5}",
                share(covered, marks),
                share(right, findings),
            );
        };
        for (kind, row) in &self.by_kind {
            line(kind.word(), *row);
        }
        line("all", self.sums());
        println!("  {} of {} covered marks have the kind right", self.kind_right, self.sums()[1]);
    }
}

/// Bytes where letters and digits begin.
fn values<'a>(text: &'a str, range: &Range<usize>) -> impl Iterator<Item = usize> + 'a {
    let start = range.start;
    text[range.clone()]
        .char_indices()
        .filter(|(_, letter)| letter.is_alphanumeric())
        .map(move |(at, _)| start + at)
}
