//! What the newest round brought, in numbers.

use crate::{
    compact::{Each, Erase, live, on},
    components::{masks::MasksLine, privacy::PrivacySpent},
    dom,
    format::{bytes, duration_ms, percent, plural},
    state::page::use_page,
};
use leptos::{prelude::*, task::spawn_local};
use peer::{EarlierRound, Exclusion, MasksView, MemberView, PrivacyView, RoundPhase, SessionView};
use units::PeerId;

/// The newest round in numbers, and the members.
#[component]
pub fn SessionNumbers() -> impl IntoView {
    let page = use_page();
    let numbers = Memo::new(move |_| page.session.with(|s| s.as_ref().map(Numbers::of)));
    let members = Memo::new(move |_| {
        page.session.with(|session| {
            let session = session.iter();
            let all = session.flat_map(|s| s.members.iter().map(|m| Standing::of(m, s)));
            all.collect::<Vec<_>>()
        })
    });
    let attribute = move |read: fn(&Numbers) -> String| {
        move || numbers.with(|numbers| numbers.as_ref().map(read).unwrap_or_default())
    };

    view! {
        <div
            class="session"
            data-session=attribute(|n| n.session.clone())
            data-running=attribute(|n| n.running.to_string())
            data-round=attribute(|n| n.round.to_string())
            data-rounds=attribute(|n| n.rounds.to_string())
            data-phase=attribute(|n| phase_name(n.phase).to_owned())
            data-model=attribute(|n| n.model.clone())
            data-signatures=attribute(|n| n.signatures.to_string())
            data-together=attribute(|n| n.together.map(|a| a.to_string()).unwrap_or_default())
            data-alone=attribute(|n| n.alone.map(|a| a.to_string()).unwrap_or_default())
        >
            {live(move || numbers.get().map(|numbers| view! {
                <Accuracies numbers=numbers.clone() />
                {numbers.privacy.clone().map(|privacy| view! { <PrivacySpent privacy /> }).erased()}
                {numbers.masks.clone().map(|masks| view! { <MasksLine masks /> }).erased()}
                {(numbers.round > 0 || numbers.sent_bytes > 0).then(|| view! { <Facts numbers /> }).erased()}
            }).erased())}
            <ul class="members" aria-label="Members">
                <Each
                    each=move || members.get()
                    key=Standing::look
                    let(standing)
                >
                    <Member standing />
                </Each>
            </ul>
        </div>
    }
    .erased()
}

/// What is shown of a session, apart from its members.
#[derive(Debug, Clone, PartialEq)]
struct Numbers {
    session: String,
    running: bool,
    round: u32,
    rounds: u32,
    phase: RoundPhase,
    model: String,
    signatures: u32,
    members_of_round: usize,
    by_itself: bool,
    together: Option<f64>,
    alone: Option<f64>,
    rows: u32,
    firing_rate: Option<f32>,
    sent_bytes: u64,
    sends_little: bool,
    round_sent_bytes: Option<u64>,
    round_ms: Option<u32>,
    privacy: Option<PrivacyView>,
    masks: Option<MasksView>,
}

impl Numbers {
    fn of(session: &SessionView) -> Self {
        let newest = session.history.last();
        let evaluated = session.history.iter().rev().find(|round| round.together.is_some());
        // A round that was taken up from others was not trained for alone.
        let seen = session.history.iter().map(EarlierRound::from);
        let all = session.earlier.iter().copied().chain(seen);
        let alone = all.rev().find_map(|it| it.alone());
        let firing_rate =
            evaluated.and_then(|round| round.together.as_ref()).map(|it| it.firing_rate);
        let mut earlier = session.earlier.iter().rev().copied();
        let measured = evaluated
            .map(EarlierRound::from)
            .or_else(|| earlier.find(|round| round.together_correct.is_some()));
        Self {
            session: session.id.to_string(),
            running: session.running,
            round: session.round,
            rounds: session.options.rounds,
            phase: session.phase,
            model: session.model.to_string(),
            signatures: session.signatures,
            members_of_round: newest.map_or(0, |round| round.members.len()),
            by_itself: is_by_itself(session),
            together: measured.and_then(|it| it.together()),
            alone,
            rows: measured.map_or(0, |it| it.rows),
            firing_rate,
            sent_bytes: session.sent_bytes,
            sends_little: session.sends_little,
            round_sent_bytes: newest.map(|round| round.sent_bytes),
            round_ms: newest.map(|round| round.duration_ms),
            privacy: session.privacy.clone(),
            masks: session.masks.clone(),
        }
    }
}

/// Whether no other device has brought anything into what is shown: then there is nothing to compare.
pub(super) fn is_by_itself(session: &SessionView) -> bool {
    let contributors = session.members.iter().filter(|member| member.rows > 0).count();
    contributors <= 1
        && session.history.iter().all(|round| round.members.len() <= 1)
        && session.earlier.iter().all(|round| round.members <= 1)
}

fn phase_name(phase: RoundPhase) -> &'static str {
    match phase {
        RoundPhase::Waiting => "waiting",
        RoundPhase::Training => "training",
        RoundPhase::Committed => "committed",
        RoundPhase::Revealing => "revealing",
        RoundPhase::Aggregating => "aggregating",
        RoundPhase::Finished => "finished",
    }
}

/// Together and alone, side by side, and the sentence that compares them.
#[component]
fn Accuracies(numbers: Numbers) -> impl IntoView {
    let together = numbers.together?;
    let rows = plural(numbers.rows.into(), "held-out row", "held-out rows");
    let compared =
        numbers.alone.map(|alone| comparison(&rows, together - alone, numbers.privacy.is_some()));

    if numbers.by_itself {
        return Some(view! {
            <div class="accuracies">
                <p class="accuracy accuracy-alone">
                    <span class="accuracy-name">"This device"</span>
                    <span class="accuracy-value">{percent(together)}</span>
                </p>
                <p class="accuracy-sentence">{format!("Measured on {rows} of yours. Nobody else takes part.")}</p>
            </div>
        }
        .erased());
    }

    Some(
        view! {
            <div class="accuracies">
                <p class="accuracy accuracy-together">
                    <span class="accuracy-name">"Together"</span>
                    <span class="accuracy-value">{percent(together)}</span>
                </p>
                {numbers.alone.map(|alone| view! {
                    <p class="accuracy accuracy-alone">
                        <span class="accuracy-name">"Alone"</span>
                        <span class="accuracy-value">{percent(alone)}</span>
                    </p>
                }).erased()}
                <p class="accuracy-sentence">{compared.unwrap_or_else(|| format!("Measured on {rows} of yours."))}</p>
            </div>
        }
        .erased(),
    )
}

/// What the group brings this device on its own `rows`; in a private session, where only the network alone is without noise,
/// what is lost is not the group's doing.
fn comparison(rows: &str, gain: f64, is_private: bool) -> String {
    let size = format!("{:.1} points", gain.abs() * 100.0);
    match gain {
        gain if gain > 0.0005 => format!("On {rows} of yours the group brings you {size}."),
        gain if gain >= -0.0005 => format!("On {rows} of yours the group makes no difference yet."),
        _ if is_private => format!(
            "On {rows} of yours private learning is {size} behind learning alone without noise."
        ),
        _ => format!("On {rows} of yours the group costs you {size} so far."),
    }
}

#[component]
fn Facts(numbers: Numbers) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let model = numbers.model.clone();
    let copy = move |_| {
        let model = model.clone();
        spawn_local(async move {
            let done = dom::copy(&model).await;
            let _ = copied.try_set(Some(done));
        });
    };
    let copied_words = move || match copied.get() {
        Some(true) => "copied",
        Some(false) => "this browser does not let the page copy",
        None => "",
    };
    let round = numbers
        .round_ms
        .zip(numbers.round_sent_bytes)
        .map(|(ms, sent)| {
            let words = format!("{}, {} sent", duration_ms(ms.into()), bytes(sent));
            view! { <div><dt>"Last round"</dt><dd>{words}</dd></div> }
        })
        .erased();
    // Of a round that an earlier life of the page has seen, nobody knows any more who took part.
    let signed = (numbers.members_of_round > 0 && numbers.signatures > 0)
        .then(|| {
            let words = format!("{} of {}", numbers.signatures, numbers.members_of_round);
            view! { <div><dt>"Record confirmed by"</dt><dd>{words}</dd></div> }
        })
        .erased();
    let little = numbers
        .sends_little
        .then(|| {
            view! { <div><dt>"The network is slow"</dt><dd>"largest changes only"</dd></div> }
        })
        .erased();
    let short = numbers.model.get(..8).unwrap_or_default().to_owned();

    view! {
        <dl class="facts">
            {round}
            <div>
                <dt>"Sent by this page"</dt>
                <dd>{bytes(numbers.sent_bytes)}</dd>
            </div>
            {little}
            {numbers.firing_rate.map(|rate| view! {
                <div><dt>"Nodes firing"</dt><dd class="fires">{percent(rate.into())}</dd></div>
            }).erased()}
            {signed}
            <div>
                <dt>"Model hash"</dt>
                <dd>
                    <code title=numbers.model.clone()>{short}</code>
                    " "
                    <button type="button" class="text-button" aria-label="Copy model hash" on:click=on(copy)>
                        "copy"
                    </button>
                    " "
                    <span role="status" class="hint">{live(copied_words)}</span>
                </dd>
            </div>
        </dl>
    }
    .erased()
}

/// A member, and what the room makes of it.
#[derive(Debug, Clone, PartialEq)]
struct Standing {
    member: MemberView,
    /// Whether the session goes on.
    running: bool,
    /// Whether nobody trains before there are groups.
    waits: bool,
    /// What its newest update brings on rows that others hold out, in hundredths of a nat.
    score: Option<i32>,
    excluded: Option<Exclusion>,
}

impl Standing {
    fn of(member: &MemberView, session: &SessionView) -> Self {
        let parts = session.history.last().map(|round| &round.members);
        let part = parts.and_then(|parts| parts.iter().find(|part| part.peer == member.peer));
        let score = part.and_then(|part| part.score).map(|score| (score * 100.0).round() as i32);
        let excluded = session.excluded.iter().find(|it| it.peer == member.peer).map(|it| it.why);
        let waits = session.masks.is_some() && session.phase == RoundPhase::Waiting;
        Self { member: member.clone(), running: session.running, waits, score, excluded }
    }

    /// All that its line is drawn from.
    fn look(&self) -> (PeerId, u32, bool, [bool; 2], Option<i32>, bool) {
        let MemberView { peer, rows, committed } = self.member;
        (peer, rows, committed, [self.running, self.waits], self.score, self.excluded.is_some())
    }

    fn words(&self) -> String {
        let Self { member, running, .. } = self;
        match self.excluded {
            Some(Exclusion::TwoUpdates) => {
                return "excluded: promised two updates for one round".to_owned();
            }
            Some(Exclusion::Harm) => return "excluded: its updates harm the others".to_owned(),
            None => {}
        }
        let doing = match (running, member.committed) {
            (false, _) => "",
            (_, true) => " · update promised",
            _ if self.waits => "",
            (_, false) => " · working",
        };
        let score = self
            .score
            .map_or(String::new(), |score| format!(" · score {:+.2}", f64::from(score) / 100.0));
        match (running, member.rows) {
            (true, 0) => "follows".to_owned(),
            (false, 0) => String::new(),
            (_, rows) => plural(rows.into(), "row", "rows") + &score + doing,
        }
    }
}

/// What a score is, for who wonders.
const SCORE_WORDS: &str = "Score: how much the newest update by itself lowers the loss on rows that the other members hold out; their median.";

#[component]
fn Member(standing: Standing) -> impl IntoView {
    let page = use_page();
    let words = standing.words();
    let Standing { member, running, score, excluded, .. } = standing;
    let id = member.peer;
    let class = match (excluded, member.committed && running) {
        (Some(_), _) => "member member-excluded",
        (None, true) => "member member-committed",
        (None, false) => "member",
    };
    view! {
        <li class=class data-peer=id.to_string()>
            <span class="member-mark" aria-hidden="true"></span>
            <span>{live(move || page.name_of(id))}</span>
            <span class="hint" title=score.map(|_| SCORE_WORDS)>{words}</span>
        </li>
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_noise_costs_is_not_laid_at_the_groups_door() {
        let said = |gain, is_private| comparison("9 held-out rows", gain, is_private);
        assert_eq!(
            said(0.04, true),
            "On 9 held-out rows of yours the group brings you 4.0 points."
        );
        assert_eq!(
            said(-0.3, false),
            "On 9 held-out rows of yours the group costs you 30.0 points so far."
        );
        let private = "On 9 held-out rows of yours private learning is 30.0 points behind learning alone without noise.";
        assert_eq!(said(-0.3, true), private);
        assert!(said(0.0, true).ends_with("makes no difference yet."));
    }

    #[test]
    fn who_is_excluded_is_shown_with_the_reason_and_with_nothing_else() {
        let member = MemberView { peer: PeerId::from_bytes([1; 32]), rows: 90, committed: true };
        let words = |excluded| {
            let member = member.clone();
            Standing { member, running: true, waits: false, score: Some(-700), excluded }.words()
        };
        assert_eq!(words(None), "90 rows · score -7.00 · update promised");
        assert_eq!(
            words(Some(Exclusion::TwoUpdates)),
            "excluded: promised two updates for one round"
        );
        assert_eq!(words(Some(Exclusion::Harm)), "excluded: its updates harm the others");
    }

    #[test]
    fn nobody_is_said_to_work_while_a_group_is_looked_for() {
        let member = MemberView { peer: PeerId::from_bytes([1; 32]), rows: 90, committed: false };
        let words = |waits| {
            let member = member.clone();
            Standing { member, running: true, waits, score: None, excluded: None }.words()
        };
        assert_eq!([words(false), words(true)], ["90 rows · working", "90 rows"]);
    }
}
