//! Pages that gave way to others, and what became of what was on them.

use super::{
    asked::ask,
    branches_picture::BranchesPicture,
    words::{deed, listed},
};
use crate::{
    compact::{CollectAny, Erase, Shown, live},
    format::{count, plural},
    state::page::use_page,
};
use books::view::{BranchView, EntryFate, Fate, Question, View};
use leptos::prelude::*;
use units::PeerId;

/// The newest pages as a picture with those that gave way, and these in words.
#[component]
pub fn Branches() -> impl IntoView {
    let page = use_page();
    let branches = ask(|| Question::Branches);
    let view = move || {
        branches.with(|view| match view {
            View::Branches(view) => Some(view.clone()),
            _ => None,
        })
    };
    let any = move || view().is_some_and(|view| !view.branches.is_empty());
    let picture = move || {
        let view = view()?;
        let parted = view.branches.iter().map(|branch| (branch.parting, branch.count));
        Some(view! { <BranchesPicture height=view.height parted=parted.collect() /> }.into_any())
    };
    let line = move |branch: BranchView| {
        let name = |peer| page.name_of(peer);
        let entry = |it: &EntryFate| {
            view! {
                <li>{deed(page, &it.entry)}" "<span class="hint">{fate(it.fate)}</span></li>
            }
        };
        let label = format!("Entries of pages that parted after page {}", branch.parting);
        let entries = branch.entries.iter().map(entry).collect_any();
        let more =
            branch.entry_count as usize - branch.entries.len().min(branch.entry_count as usize);
        let entries = (!entries.is_empty()).then(|| {
            view! {
                <ul class="books-entries" aria-label=label>{entries}</ul>
            }
        });
        let more =
            (more > 0).then(|| view! { <p class="hint">{format!("and {more} more entries")}</p> });
        view! {
            <li class="books-branch">
                <p><strong>{headline(&branch, &name)}</strong>" "{reason(&branch)}" "{outcome(&branch)}</p>
                {entries.erased()}
                {more.erased()}
            </li>
        }
    };
    let lines = move || {
        let branches = view().map(|view| view.branches).unwrap_or_default();
        branches.into_iter().map(line).collect_any()
    };
    view! {
        <div class="books-part" role="group" aria-labelledby="books-branches">
            <h3 id="books-branches">"When pages part"</h3>
            <Shown when=any>
                <p class="hint books-prose">{EXPLANATION}</p>
                <div class="books-parted">
                    {live(picture)}
                    <ol class="books-branches" aria-label="Pages that gave way, newest first">{live(lines)}</ol>
                </div>
            </Shown>
            <Shown when=move || !any()>
                <p class="empty">{NONE}</p>
            </Shown>
        </div>
    }
    .erased()
}

const EXPLANATION: &str = "Two devices may write a page at the same moment, or out of each other’s reach. Then all go on with the pages that weigh more, which took more computing by more devices. The others give way, and what was on them is written again.";

const NONE: &str = "All devices write one and the same row of pages. Since this tab was opened, none has had to give way.";

fn headline(branch: &BranchView, name: &dyn Fn(PeerId) -> String) -> String {
    let (first, last) = (branch.parting + 1, branch.parting + branch.count);
    let mut writers: Vec<PeerId> = Vec::new();
    for block in &branch.blocks {
        if !writers.contains(&block.miner) {
            writers.push(block.miner);
        }
    }
    let writers: Vec<String> = writers.into_iter().map(name).collect();
    let pages = match branch.count {
        1 => format!("A page {first}"),
        2 => format!("Pages {first} and {last}"),
        _ => format!("Pages {first} to {last}"),
    };
    match writers.is_empty() {
        true => format!("{pages} gave way."),
        false => format!("{pages}, written by {}, gave way.", listed(&writers)),
    }
}

fn reason(branch: &BranchView) -> String {
    let weight = |work: u128| count(u64::try_from(work).unwrap_or(u64::MAX));
    if branch.refused {
        return "A rule of the books was broken there.".to_owned();
    }
    if branch.work == branch.against {
        return "It weighs as much as what stands there: then the smaller fingerprint decides, for everybody alike.".to_owned();
    }
    let (ours, theirs) = (weight(branch.against), weight(branch.work));
    format!("What was written there weighs {theirs}, and what stands in its place by now {ours}.")
}

/// What became of all entries, in a sentence.
fn outcome(branch: &BranchView) -> String {
    if branch.entry_count == 0 {
        return "Nothing is known to have been on it.".to_owned();
    }
    let of =
        |wanted: fn(&Fate) -> bool| branch.entries.iter().filter(|it| wanted(&it.fate)).count();
    let again = of(|fate| matches!(fate, Fate::Recorded { .. }));
    let waits = of(|fate| matches!(fate, Fate::Waits));
    let all = branch.entries.len();
    let entries = |number: usize| plural(number as u64, "entry", "entries");
    match (again, waits) {
        _ if again == all => {
            format!("Nothing was lost: {} written again.", is_are(&entries(all), all))
        }
        _ if waits == all => format!(
            "Nothing was lost: {} back and waiting to be written.",
            is_are(&entries(all), all)
        ),
        _ if again + waits == all => {
            format!("Nothing was lost: {} written again, {waits} still waiting.", entries(again))
        }
        _ => {
            let gone = all - again - waits;
            format!(
                "Of {}: {again} written again, {waits} waiting, {gone} that cannot be.",
                entries(all)
            )
        }
    }
}

fn is_are(what: &str, number: usize) -> String {
    format!("{what} {}", if number == 1 { "is" } else { "are" })
}

fn fate(fate: Fate) -> String {
    match fate {
        Fate::Recorded { height } => format!("Written again on page {height}."),
        Fate::Waits => "Came back, and waits to be written.".to_owned(),
        Fate::Replaced { height } => {
            format!("Its sender had something else written in its place, on page {height}.")
        }
        Fate::Gone => "It can be written no more.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use books::view::{BlockView, Deed, TransactionView};
    use ledger::Action;
    use units::{Credits, Hash, UnixMillis};

    fn peer(n: u8) -> PeerId {
        PeerId::from_bytes([n; 32])
    }

    fn branch(miners: &[u8], fates: &[Fate]) -> BranchView {
        let block = |(height, miner): (u32, &u8)| BlockView {
            height,
            name: Hash::of(b"page"),
            time: UnixMillis(1),
            miner: peer(*miner),
            transactions: 1,
            fees: Credits::ZERO,
        };
        let deed = Deed::Action(Box::new(Action::Welcome { member: peer(9) }));
        let entry = TransactionView { id: Hash::of(b"entry"), sender: peer(1), deed };
        BranchView {
            parting: 6,
            count: miners.len() as u32,
            blocks: (7..).zip(miners).map(block).collect(),
            work: 4_096,
            against: 12_288,
            refused: false,
            entries: fates
                .iter()
                .map(|fate| EntryFate { entry: entry.clone(), fate: *fate })
                .collect(),
            entry_count: fates.len() as u32,
        }
    }

    #[test]
    fn pages_that_gave_way_are_named_with_who_wrote_them_and_why() {
        let name =
            |peer: PeerId| if peer == self::peer(1) { "Ada".to_owned() } else { "Ben".to_owned() };
        assert_eq!(headline(&branch(&[1], &[]), &name), "A page 7, written by Ada, gave way.");
        let two = branch(&[1, 2, 1], &[]);
        assert_eq!(headline(&two, &name), "Pages 7 to 9, written by Ada and Ben, gave way.");
        assert_eq!(
            reason(&two),
            "What was written there weighs 4,096, and what stands in its place by now 12,288."
        );
        assert!(reason(&BranchView { refused: true, ..two.clone() }).contains("rule"));
        assert!(reason(&BranchView { work: 12_288, ..two }).contains("as much"));
    }

    #[test]
    fn what_became_of_entries_is_one_sentence() {
        let (again, waits) = (Fate::Recorded { height: 8 }, Fate::Waits);
        let said = |fates: &[Fate]| outcome(&branch(&[1], fates));
        assert_eq!(said(&[]), "Nothing is known to have been on it.");
        assert_eq!(said(&[again]), "Nothing was lost: 1 entry is written again.");
        assert_eq!(
            said(&[waits, waits]),
            "Nothing was lost: 2 entries are back and waiting to be written."
        );
        assert_eq!(
            said(&[again, waits]),
            "Nothing was lost: 1 entry written again, 1 still waiting."
        );
        assert_eq!(
            said(&[again, Fate::Gone, Fate::Replaced { height: 8 }]),
            "Of 3 entries: 1 written again, 0 waiting, 2 that cannot be."
        );
    }
}
