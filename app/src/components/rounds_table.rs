//! The rounds in a table: what the curves show, for reading.

use crate::{
    compact::{Each, Erase, Shown, live, on},
    components::{notice::CommandProblem, session_numbers::is_by_itself},
    files,
    format::{bytes, duration_ms, percent},
    state::{command::Command, page::use_page, sentences::lineage_left},
};
use leptos::prelude::*;
use peer::{EarlierRound, Evaluation, LineageLeft, RoundView, SessionView};
use units::Hash;

/// Rounds shown; the curves show all.
const ROUNDS_SHOWN: usize = 50;

/// The newest rounds, folded away until they are wanted.
#[component]
pub fn RoundsTable() -> impl IntoView {
    let page = use_page();
    let lines = Memo::new(move |_| {
        page.session.with(|session| {
            let lines = |it: &SessionView| lines(&it.history, &it.earlier, &it.lineages_left);
            session.as_ref().map_or_else(Vec::new, lines)
        })
    });

    let by_itself =
        Memo::new(move |_| page.session.with(|session| session.as_ref().is_some_and(is_by_itself)));

    // Of rounds before the page was loaded, what their makers signed is gone.
    let has_record = Memo::new(move |_| {
        page.session
            .with(|session| session.as_ref().is_some_and(|it| it.running || !it.history.is_empty()))
    });

    view! {
        <details class="rounds">
            <summary>"Round by round"</summary>
            <div class="table-frame" tabindex="0" role="group" aria-label="Rounds, scrollable">
                <table>
                    <caption class="visually-hidden">"Rounds, newest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Round"</th>
                            <th scope="col">{live(move || if by_itself.get() { "This device" } else { "Together" })}</th>
                            <Shown when=move || !by_itself.get()><th scope="col">"Alone"</th></Shown>
                            <th scope="col">"Members"</th>
                            <Shown when=move || !by_itself.get()><th scope="col" class="leader">"Led by"</th></Shown>
                            <th scope="col">"Took"</th>
                            <th scope="col">"Sent"</th>
                            <th scope="col">"Model"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <Each
                            each=move || lines.get()
                            key=Line::look
                            let(line)
                        >
                            {match line {
                                Line::Round(round) => view! { <Row round by_itself /> }.into_any(),
                                Line::Earlier(round) => view! { <EarlierRow round by_itself /> }.into_any(),
                                Line::Left(_, left) => view! { <Left left /> }.into_any(),
                            }}
                        </Each>
                    </tbody>
                </table>
            </div>
            <Shown when=move || !by_itself.get() && has_record.get()><Record /></Shown>
        </details>
    }
    .erased()
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq)]
enum Line {
    Round(RoundView),
    /// Of one before the page was reloaded, less is known.
    Earlier(EarlierRound),
    /// Rounds below gave way to those above; with the lineage's place among those that were left.
    Left(usize, LineageLeft),
}

/// What tells lines apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Look {
    Round(u32, Hash, bool, bool),
    Earlier(u32),
    /// By its place among them, too: two may be told apart by nothing else.
    Left(usize, u32, u32),
}

impl Line {
    /// All that it is drawn anew for: an evaluation may come after its round.
    fn look(&self) -> Look {
        match self {
            Self::Round(it) => {
                Look::Round(it.round, it.model, it.together.is_some(), it.alone.is_some())
            }
            Self::Earlier(it) => Look::Earlier(it.round),
            Self::Left(place, it) => Look::Left(*place, it.round, it.taken_up_round),
        }
    }
}

/// Newest first. What became of a lineage that was left stands below the round that was taken up. The model that a session begins
/// with is none of a round.
fn lines(seen: &[RoundView], earlier: &[EarlierRound], left: &[LineageLeft]) -> Vec<Line> {
    let mut left = left.iter().copied().enumerate().rev().peekable();
    let seen = seen.iter().rev().map(|it| (it.round, Line::Round(it.clone())));
    let earlier = earlier.iter().rev().map(|it| (it.round, Line::Earlier(*it)));
    let mut lines = Vec::new();
    let rounds = seen.chain(earlier).filter(|(round, _)| *round > 0);
    for (round, line) in rounds.take(ROUNDS_SHOWN) {
        while let Some((place, left)) = left.next_if(|(_, left)| left.taken_up_round > round) {
            lines.push(Line::Left(place, left));
        }
        lines.push(line);
    }
    // Where it gave way in its first round, there is none below it.
    if lines.len() < ROUNDS_SHOWN {
        lines.extend(left.map(|(place, left)| Line::Left(place, left)));
    }
    lines
}

#[component]
fn Left(left: LineageLeft) -> impl IntoView {
    view! {
        <tr class="lineage-left">
            <td colspan="8">
                <span>{lineage_left(&left)}</span>
            </td>
        </tr>
    }
    .erased()
}

/// The rounds as a file.
#[component]
fn Record() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let save = move |_| {
        let Some(session) = page.session.get_untracked().map(|session| session.id) else { return };
        let name = format!("training-{}.pcnt", session.short());
        command.run(
            move |port| port.write_transcript(session),
            move |bytes| {
                if files::save(&bytes, &name).is_none() {
                    let problem = format!("this browser does not save `{name}`");
                    command.refuse("download_refused", problem);
                }
            },
        );
    };
    view! {
        <p class="record">
            <button type="button" class="button button-quiet" on:click=on(save)>"Save the training record"</button>
            <span class="hint">"With it, anyone can compute every model again and check every signature."</span>
        </p>
        <CommandProblem command />
    }
    .erased()
}

fn accuracy(accuracy: Option<f64>) -> String {
    accuracy.map_or("–".to_owned(), percent)
}

#[component]
fn Row(round: RoundView, by_itself: Memo<bool>) -> impl IntoView {
    let together = accuracy(round.together.as_ref().map(Evaluation::accuracy));
    let alone = accuracy(round.alone.as_ref().map(Evaluation::accuracy));
    let page = use_page();
    let leader = move || round.leader.map_or("–".to_owned(), |leader| page.name_of(leader));
    view! {
        <tr>
            <th scope="row">{round.round}</th>
            <td>{together}</td>
            {live(move || (!by_itself.get()).then(|| view! { <td>{alone.clone()}</td> }).erased())}
            <td>{round.members.len()}</td>
            {live(move || (!by_itself.get()).then(|| view! { <td class="leader" title=leader()>{leader()}</td> }).erased())}
            <td>{duration_ms(round.duration_ms.into())}</td>
            <td>{bytes(round.sent_bytes)}</td>
            <td>
                <code title=round.model.to_string()>{round.model.short()}</code>
            </td>
        </tr>
    }
    .erased()
}

#[component]
fn EarlierRow(round: EarlierRound, by_itself: Memo<bool>) -> impl IntoView {
    let alone = accuracy(round.alone());
    view! {
        <tr class="round-earlier">
            <th scope="row">{round.round}</th>
            <td>{accuracy(round.together())}</td>
            {live(move || (!by_itself.get()).then(|| view! { <td>{alone.clone()}</td> }).erased())}
            <td>{round.members}</td>
            <td colspan=live(move || if by_itself.get() { "3" } else { "4" })>"before this page was loaded"</td>
        </tr>
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn earlier(round: u32) -> EarlierRound {
        EarlierRound { round, members: 2, rows: 0, together_correct: None, alone_correct: None }
    }

    fn seen(round: u32) -> RoundView {
        RoundView {
            round,
            model: Hash::of(b"a model"),
            members: Vec::new(),
            leader: None,
            duration_ms: 0,
            sent_bytes: 0,
            together: None,
            alone: None,
        }
    }

    fn left(taken_up_round: u32) -> LineageLeft {
        let round = taken_up_round.saturating_sub(1);
        LineageLeft { round, rounds_apart: 1, taken_up_round, members: 2, keeps_ours: false }
    }

    #[test]
    fn newest_come_first_and_a_lineage_that_was_left_below_the_round_taken_up_on_either_side_of_a_reload()
     {
        let table = lines(&[seen(7), seen(9)], &[earlier(2), earlier(5)], &[left(5), left(9)]);
        let expected = [
            Line::Round(seen(9)),
            Line::Left(1, left(9)),
            Line::Round(seen(7)),
            Line::Earlier(earlier(5)),
            Line::Left(0, left(5)),
            Line::Earlier(earlier(2)),
        ];
        assert_eq!(table, expected);
    }

    #[test]
    fn a_lineage_that_was_left_in_its_first_round_is_shown_and_no_line_looks_like_another() {
        let same = LineageLeft { round: 1, ..left(1) };
        let table = lines(&[], &[earlier(1)], &[same, same]);
        assert_eq!(table.len(), 3);
        assert!(table.windows(2).all(|two| two[0].look() != two[1].look()));
    }

    #[test]
    fn the_model_that_a_session_begins_with_is_no_round() {
        assert_eq!(lines(&[seen(0), seen(1)], &[], &[]), [Line::Round(seen(1))]);
    }

    #[test]
    fn of_many_rounds_the_newest_are_shown() {
        let rounds: Vec<EarlierRound> = (1..100).map(earlier).collect();
        let table = lines(&[seen(100)], &rounds, &[left(3)]);
        assert_eq!(table.len(), ROUNDS_SHOWN);
        assert_eq!(table[ROUNDS_SHOWN - 1], Line::Earlier(earlier(51)));
    }
}
