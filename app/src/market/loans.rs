//! Loans that run: receipts, and what was checked.

use crate::{
    books::some_credits,
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
        let title = title(page, line);
        let label = format!("End this loan: {title}");
        let button = runs.map(|loan| {
            view! {
                <button
                    type="button"
                    class="button button-quiet"
                    aria-label=label
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
                    <strong>{title}</strong>
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
    match (line.with.map(|peer| page.name_of(peer)), line.is_lender, line.loan.stage) {
        (Some(name), true, _) => format!("{nodes} of yours work for {name}"),
        (Some(name), false, LoanStage::Ordered) => format!("{nodes} of {name} are to work for you"),
        (Some(name), false, _) => format!("{nodes} of {name} work for you"),
        (None, ..) => format!("{nodes} of your network rest"),
    }
}

fn loan_words(line: &Line) -> String {
    let is_lender = line.is_lender;
    match line.loan.stage {
        LoanStage::Wanted => "Nobody lends as many now. They learn again as soon as somebody does.".to_owned(),
        LoanStage::Ordered => "The loan is being written into the books, which takes some seconds.".to_owned(),
        LoanStage::Open if line.loan.segments == 0 => match is_lender {
            true => "Ready. What they do is paid as it is done.".to_owned(),
            false => "Ready. They work when you press “Train over all of them”, under “Network”.".to_owned(),
        },
        LoanStage::Open => format!("{}. {}.", work(line), money(line)),
        LoanStage::Ending => format!("{}. They are on their way home. {}.", work(line), money(line)),
        LoanStage::Over => "The loan is over. To use these nodes on this device, press “Bring all nodes home”, under “Network”.".to_owned(),
    }
}

/// What was done, and checked.
fn work(line: &Line) -> String {
    let LoanView { segments, events, audits, .. } = line.loan;
    let stretches = plural(segments.into(), "signed stretch of work", "signed stretches of work");
    let done = format!("{} in {stretches}", plural(events, "event", "events"));
    match line.is_lender {
        true => done,
        false => format!("{done}, {} checked again here", count(audits.into())),
    }
}

/// What it comes to by now.
fn money(line: &Line) -> String {
    let owed = some_credits(line.loan.owed);
    match line.is_lender {
        true => format!("You have earned {owed} so far"),
        false => format!("You owe {owed} so far"),
    }
}
