//! Loans that run: receipts, and what was checked.

use crate::{
    books::credits,
    compact::{CollectAny, Erase, Shown, live, on},
    components::notice::CommandProblem,
    format::{count, plural},
    state::{
        command::Command,
        page::{Page, use_page},
    },
};
use leptos::prelude::*;
use peer::{LoanStage, LoanView, View};
use units::{Hash, PeerId};

/// A loan, as a person reads it.
#[derive(Clone, PartialEq)]
struct Line {
    /// The other side, as far as there is one.
    with: Option<PeerId>,
    nodes: u32,
    loan: LoanView,
    is_lender: bool,
}

/// What this device has borrowed and lent.
#[component]
pub fn Loans() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let lines = page.select(lines);
    let end = move |loan: Hash| command.run(move |port| port.end_borrowing(loan), |()| {});
    let line = move |line: &Line| {
        let runs = line.loan.loan.filter(|_| line.loan.stage == LoanStage::Open);
        let button = runs.map(|loan| {
            view! {
                <button
                    type="button"
                    class="button button-quiet"
                    disabled=live(move || command.is_pending())
                    on:click=on(move |_| end(loan))
                >
                    "End this loan"
                </button>
            }
        });
        view! {
            <li class="market-offer" data-stage=stage_name(line.loan.stage)>
                <div>
                    <strong>{title(page, line)}</strong>
                    <p class="hint">{loan_words(line)}</p>
                </div>
                {button.erased()}
            </li>
        }
    };
    view! {
        <Shown when=move || lines.with(|lines| !lines.is_empty())>
            <ul class="market-list" aria-label="Loans">
                {live(move || lines.with(|lines| lines.iter().map(line).collect_any()))}
            </ul>
            <CommandProblem command />
        </Shown>
    }
    .erased()
}

fn lines(view: &View) -> Vec<Line> {
    let parts = view.split.iter().flat_map(|split| &split.parts);
    let borrowed = parts.filter_map(|part| {
        let loan = part.loan?;
        Some(Line { with: loan.lender, nodes: part.nodes, loan, is_lender: false })
    });
    let lent = view.hosting.carried.iter().filter_map(|it| {
        Some(Line { with: Some(it.owner), nodes: it.nodes, loan: it.loan?, is_lender: true })
    });
    borrowed.chain(lent).collect()
}

fn stage_name(stage: LoanStage) -> &'static str {
    match stage {
        LoanStage::Wanted => "wanted",
        LoanStage::Ordered => "ordered",
        LoanStage::Open => "open",
        LoanStage::Ending => "ending",
        LoanStage::Over => "over",
    }
}

fn title(page: Page, line: &Line) -> String {
    let nodes = plural(line.nodes.into(), "node", "nodes");
    match (line.with, line.is_lender) {
        (Some(peer), false) => format!("{nodes} of {} work for you", page.name_of(peer)),
        (Some(peer), true) => format!("{nodes} of yours work for {}", page.name_of(peer)),
        (None, _) => format!("{nodes} of yours rest"),
    }
}

fn loan_words(line: &Line) -> String {
    let LoanView { stage, segments, events, owed, audits, .. } = line.loan;
    let work = format!(
        "{} events in {}",
        count(events),
        plural(segments.into(), "signed stretch of work", "signed stretches of work")
    );
    let checked = match (line.is_lender, audits) {
        (true, _) => String::new(),
        (false, audits) => format!(", {} checked again here", count(audits.into())),
    };
    let money = match line.is_lender {
        true => format!("{} are receipted", credits(owed)),
        false => format!("you owe {}", credits(owed)),
    };
    match stage {
        LoanStage::Wanted => {
            "Nobody offers as many yet: they learn again when somebody does.".to_owned()
        }
        LoanStage::Ordered => "The loan is being written into the books.".to_owned(),
        LoanStage::Open => format!("{work}{checked}. So far {money}."),
        LoanStage::Ending => format!("{work}{checked}. On their way home; {money}."),
        LoanStage::Over => "The loan is over: bring the network home to use them here.".to_owned(),
    }
}
