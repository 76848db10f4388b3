//! A table of a person's own: looked at in the worker, shown, and made rows.

use super::{
    picker::FilePicker,
    picture_rows::invalid,
    proposal::{Proposal, ProposalForm, ProposalState},
    table_summary::TableSummary,
};
use crate::{
    PeerPort, Problem,
    compact::{Erase, Shown, live},
    components::notice::CommandProblem,
    files,
    picked::{Chosen, single},
    shown::shown_name,
    state::{
        command::Command,
        own_data::{Agreed, table_fits, title_of},
        page::{Page, use_page},
    },
};
use data::{FILE_BYTES_MAX, Reading, Recipe, Summary, Wish, Wishes};
use leptos::prelude::*;
use peer::{Answer, DeskJob, Prepared, TableFile};
use std::rc::Rc;

/// A table that a person is looking at.
#[derive(Clone, Copy, Default)]
pub struct TableDraft {
    /// The file's name, and its bytes. They go to the worker each time that something is asked of them.
    file: RwSignal<Option<(String, TableFile)>>,
    summary: RwSignal<Option<Summary>>,
    rows: ProposalState,
    command: Command,
    /// Grows when the table is not looked at any more, so that late answers are passed over.
    forgotten: RwSignal<u32>,
}

impl TableDraft {
    /// Makes the rows again when the network of the room is another one, or other rows are held out.
    pub fn follow(self, page: Page) {
        let agreed = Memo::new(move |_| agreed(page));
        Effect::new(move |seen: Option<()>| {
            agreed.track();
            let _ = self.rows.held_out_percent();
            // While rows are loaded their own network appears.
            let is_busy = untrack(|| self.command.is_pending());
            if seen.is_some() && !is_busy && self.summary.with_untracked(Option::is_some) {
                self.examine_again(page);
            }
        });
    }

    /// Looks at a file. Whatever was looked at before is put away, or it could be taken for what is in this one.
    fn choose(self, page: Page, files: Vec<Chosen>) {
        let file = match single(files) {
            Ok(Some(file)) => file,
            Ok(None) => return,
            Err(several) => return self.command.refuse("invalid_input", several.to_string()),
        };
        // A share that cannot be held out has to be mended in the form first.
        if untrack(|| self.rows.held_out_percent()).is_ok() {
            self.forget();
        }
        let name = shown_name(&file.file.name());
        let read = move || async move {
            let bytes = files::read(&file.file, FILE_BYTES_MAX as u64).await;
            let bytes = bytes.map_err(|error| invalid(&error))?;
            Ok(TableFile { bytes, reading: Reading::default(), wishes: Wishes::default() })
        };
        self.examine(page, name, read);
    }

    fn choose_label(self, page: Page, label: String) {
        let Some((name, mut file)) = self.file.get_untracked() else { return };
        file.wishes.label = Some(label);
        self.examine(page, name, move || async move { Ok(file) });
    }

    /// Leaves a column out, or takes it in again.
    fn choose_column(self, page: Page, column: String, is_in: bool) {
        let Some((name, mut file)) = self.file.get_untracked() else { return };
        match is_in {
            true => drop(file.wishes.columns.remove(&column)),
            false => drop(file.wishes.columns.insert(column, Wish::Ignore)),
        }
        self.examine(page, name, move || async move { Ok(file) });
    }

    fn examine_again(self, page: Page) {
        if let Some((name, file)) = self.file.get_untracked() {
            self.examine(page, name, move || async move { Ok(file) });
        }
    }

    /// What the worker finds is shown; where it finds that nothing can be learnt, what it found in the same file before
    /// stays.
    fn examine<F>(self, page: Page, name: String, file: impl FnOnce() -> F + 'static)
    where
        F: Future<Output = Result<TableFile, Problem>> + 'static,
    {
        let held_out = match untrack(|| self.rows.held_out_percent()) {
            Ok(held_out) => held_out,
            Err(problem) => return self.command.refuse(&problem.code, problem.message),
        };
        let agreed = untrack(|| agreed(page));
        let life = self.forgotten.get_untracked();
        let is_wanted = move || self.forgotten.try_get_untracked() == Some(life);
        self.command.run(
            move |port| {
                Box::pin(async move {
                    let found = async {
                        let file = file().await?;
                        let summary = inspect(&port, &file).await?;
                        if !is_wanted() {
                            return Ok(None);
                        }
                        let agreed = agreed.filter(|agreed| fits(agreed, &summary));
                        let _ = self.file.try_set(Some((name.clone(), file.clone())));
                        let _ = self.summary.try_set(Some(summary));
                        self.rows.set(None);
                        let recipe = agreed.as_ref().map(|agreed| agreed.recipe.clone());
                        let prepared = prepare(&port, file, recipe, held_out).await?;
                        let Prepared { dataset, recipe, suggested, advice } = prepared;
                        let agreed = agreed.map(|agreed| agreed.cluster);
                        let title = title_of(&name);
                        Ok(Some(Proposal { title, dataset, recipe, suggested, advice, agreed }))
                    };
                    found.await.map_err(|problem: Problem| problem.about(&name))
                })
            },
            move |proposal| {
                if is_wanted() {
                    self.rows.set(proposal);
                }
            },
        );
    }

    /// The rows are on their cluster, or another file is looked at.
    fn forget(self) {
        let _ = self.forgotten.try_update(|count| *count += 1);
        let _ = self.file.try_set(None);
        let _ = self.summary.try_set(None);
        self.rows.set(None);
        self.command.clear();
    }
}

/// The network of the room, or the one in use, if it learns from a table.
fn agreed(page: Page) -> Option<Agreed> {
    Agreed::of(&page.cluster()?).filter(|agreed| matches!(agreed.decoded, Recipe::Table(_)))
}

fn fits(agreed: &Agreed, summary: &Summary) -> bool {
    matches!(&agreed.decoded, Recipe::Table(preparation) if table_fits(summary, preparation))
}

async fn inspect(port: &Rc<dyn PeerPort>, file: &TableFile) -> Result<Summary, Problem> {
    match port.ask_desk(DeskJob::InspectTable { file: file.clone() }).await? {
        Answer::Table(summary) => Ok(summary),
        _ => Err(Problem::unexpected_answer()),
    }
}

async fn prepare(
    port: &Rc<dyn PeerPort>,
    file: TableFile,
    recipe: Option<Vec<u8>>,
    held_out_percent: u8,
) -> Result<Prepared, Problem> {
    match port.ask_desk(DeskJob::PrepareTable { file, recipe, held_out_percent }).await? {
        Answer::Prepared(prepared) => Ok(prepared),
        _ => Err(Problem::unexpected_answer()),
    }
}

/// Chooses a table, shows it, and uses it.
#[component]
pub fn OwnTable(
    /// The table that is looked at.
    draft: TableDraft,
) -> impl IntoView {
    let page = use_page();
    let has_table = Memo::new(move |_| draft.summary.with(Option::is_some));
    let is_busy = move || !page.is_ready() || draft.command.is_pending();
    let take = Callback::new(move |files: Vec<Chosen>| {
        draft.choose(page, files);
    });
    let label =
        move || if has_table.get() { "Choose another CSV file" } else { "Choose a CSV file" };
    let name = move || draft.file.with(|file| file.as_ref().map(|(name, _)| title_of(name)));

    view! {
        <div class="own-data">
            <FilePicker
                label=Signal::derive(move || label().to_owned())
                accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
                disabled=Signal::derive(is_busy)
                take
            />
            <Shown when=move || !has_table.get()>
                <p class="hint">
                    "One row a line, one column of them the class that is to be told. The file is read on this device and goes nowhere."
                </p>
            </Shown>
            <CommandProblem command=draft.command />
            {live(move || {
                draft
                    .summary
                    .get()
                    .map(|summary| {
                        view! {
                            <TableSummary
                                name=name().unwrap_or_default()
                                summary
                                disabled=Signal::derive(is_busy)
                                choose_label=Callback::new(move |label| {
                                    draft.choose_label(page, label);
                                })
                                choose_column=Callback::new(move |(column, is_in)| {
                                    draft.choose_column(page, column, is_in);
                                })
                            />
                        }
                    }).erased()
            })}
            <Shown when=move || has_table.get()>
                <ProposalForm
                    state=draft.rows
                    action="Use this table"
                    command=draft.command
                    done=Callback::new(move |()| draft.forget())
                />
            </Shown>
        </div>
    }
    .erased()
}
