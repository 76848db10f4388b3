//! A question to a network that learns from a table: one field a column, and what it says of them.

use crate::{
    Problem,
    compact::{CollectAny, Erase, entered, follow, live},
    components::{
        class_bars::{ClassBar, ClassBars},
        notice::alert,
    },
    format::percent,
    shown::shown_name,
    state::{
        newest::ask_newest,
        own_data::{ClassNames, recipe_of},
        page::{Page, use_page},
        slot::port,
    },
};
use data::{Field, FieldKind, Preparation, PreparationError, Question, Recipe, Value};
use leptos::prelude::*;
use peer::Class;
use units::{ClusterId, SortedMap};

/// Classes that are listed.
const CLASSES_SHOWN: usize = 6;

/// What is typed, by the names of the columns; a column that nobody has touched holds what it begins with.
type Typed = RwSignal<SortedMap<String, String>>;

/// What came of the newest question.
#[derive(Debug, Clone, PartialEq, Default)]
struct Reply {
    classes: Vec<Class>,
    problem: Option<Problem>,
}

/// The network that can be asked.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    cluster: ClusterId,
    preparation: Preparation,
    names: ClassNames,
}

/// The panel; not there while the network in use does not learn from a table.
#[component]
pub fn QuestionPanel() -> impl IntoView {
    let page = use_page();
    let typed = Typed::default();
    let reply = RwSignal::new(Reply::default());
    let asked = Memo::new(move |_| asked(page));
    ask(page, asked, typed, reply);
    // Another network has other columns.
    follow(move || {
        asked.track();
        typed.set(SortedMap::new());
    });

    let panel = move || {
        let Asked { preparation, names, .. } = asked.get()?;
        let label = preparation.label().to_owned();
        let fields = preparation.fields().map(|field| input(&field, typed)).collect_any();
        Some(view! {
            <section class="panel question" aria-label="Ask the network">
                <h2>"Ask the network"</h2>
                {live(move || reply.with(|reply| said(reply, &label, &names)))}
                <div class="question-fields" role="group" aria-label="Question">
                    {fields}
                </div>
                <p class="hint">
                    "Fill in a row, and the shared network tells its class. Numbers begin with their mean, words with the first of their list; an empty field counts as missing."
                </p>
            </section>
        }.erased())
    };
    live(panel).into_any()
}

/// The network in use, if it learns from a table.
fn asked(page: Page) -> Option<Asked> {
    let cluster = page.cluster()?;
    let Some(Recipe::Table(preparation)) = recipe_of(&cluster) else { return None };
    Some(Asked { names: ClassNames::of(&cluster), cluster: cluster.id, preparation })
}

/// Asks whenever what is typed or the model has changed.
fn ask(page: Page, asked: Memo<Option<Asked>>, typed: Typed, reply: RwSignal<Reply>) {
    let question = move || {
        let model = page.cluster()?.model;
        let Asked { cluster, preparation, .. } = asked.get()?;
        let input = typed.with(|typed| preparation.input(&question_of(&preparation, typed)));
        Some((cluster, model, input))
    };
    ask_newest(question, move |question| async move {
        let answer = match question.zip(port()) {
            None => Reply::default(),
            Some(((.., Err(problem)), _)) => {
                Reply::refused("invalid_input", problem_words(&problem))
            }
            Some(((cluster, _, Ok(input)), port)) => match port.predict(cluster, input).await {
                Ok(said) => Reply { classes: said.classes, problem: None },
                Err(problem) => Reply { classes: Vec::new(), problem: Some(problem) },
            },
        };
        let _ = reply.try_set(answer);
    });
}

impl Reply {
    fn refused(code: &str, message: String) -> Self {
        let problem = Problem { code: code.to_owned(), message };
        Self { classes: Vec::new(), problem: Some(problem) }
    }
}

/// What is wrong with what is typed. There is one row here, so its number says nothing.
fn problem_words(problem: &PreparationError) -> String {
    match problem {
        PreparationError::Cell { cell, column, wanted, .. } => {
            format!("`{}` is `{}`: {wanted} is needed", shown_name(column), shown_name(cell))
        }
        problem => problem.to_string(),
    }
}

/// The row that is asked about: what was typed, and elsewhere what a column begins with.
fn question_of(preparation: &Preparation, typed: &SortedMap<String, String>) -> Question {
    let value = |field: Field<'_>| {
        let text = typed.get(field.name).cloned().unwrap_or_else(|| first(&field));
        (field.name.to_owned(), Value::Text(text))
    };
    preparation.fields().map(value).collect()
}

/// The mean of a number, the first of some words; nothing where the one is as good as the other.
fn first(field: &Field<'_>) -> String {
    match field.kind {
        FieldKind::Number { mean } => short(mean),
        FieldKind::YesOrNo => String::new(),
        FieldKind::Category { values } => values.first().cloned().unwrap_or_default(),
    }
}

/// A number with three digits that count, or all those before the point.
fn short(number: f64) -> String {
    let size = number.abs();
    let decimals = match size {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    if size != 0.0 && size < 0.001 {
        return format!("{number:.2e}");
    }
    let text = format!("{number:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

fn input(field: &Field<'_>, typed: Typed) -> AnyView {
    let name = field.name.to_owned();
    let value = {
        let (name, first) = (name.clone(), first(field));
        move || typed.with(|typed| typed.get(&name).cloned().unwrap_or_else(|| first.clone()))
    };
    let put = {
        let name = name.clone();
        move |text: String| typed.update(|typed| drop(typed.insert(name.clone(), text)))
    };
    let choice = |words: Vec<String>| {
        let options = core::iter::once(String::new()).chain(words).map(|word| {
            let (this, value) = (word.clone(), value.clone());
            let shown = if word.is_empty() { "–".to_owned() } else { word.clone() };
            view! {
                <option value=word selected=live(move || value() == this)>
                    {shown}
                </option>
            }
        });
        let put = put.clone();
        view! {
            <select on:change=entered(put)>
                {options.collect_any()}
            </select>
        }
        .erased()
    };
    let control = match field.kind {
        FieldKind::Number { .. } => {
            let (value, put) = (value.clone(), put.clone());
            view! {
                <input
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    prop:value=value
                    on:input=entered(put)
                />
            }
            .erased()
        }
        FieldKind::YesOrNo => choice(["yes", "no"].map(String::from).to_vec()),
        FieldKind::Category { values } => choice(values.to_vec()),
    };
    view! {
        <label class="field">
            <span title=name.clone()>{name.clone()}</span>
            {control}
        </label>
    }
    .erased()
}

/// What the network says, or why it says nothing.
fn said(reply: &Reply, label: &str, names: &ClassNames) -> AnyView {
    let problem = reply.problem.clone().map(alert);
    let best = reply
        .classes
        .first()
        .map(|best| {
            view! {
                <p class="sight-best" role="status">
                    <span class="hint">{format!("The network sees: {label} ")}</span>
                    <strong class="name" data-class=names.name(best.class)>
                        {names.name(best.class)}
                    </strong>
                </p>
            }
        })
        .erased();
    let bars = reply.classes.iter().take(CLASSES_SHOWN).map(|class| ClassBar {
        name: names.name(class.class),
        part: class.probability.into(),
        value: percent(class.probability.into()),
    });
    let bars: Vec<_> = bars.collect();
    let bars = (!bars.is_empty())
        .then(|| view! { <ClassBars label="What the network sees" bars /> })
        .erased();
    [problem, best, bars].into_iter().flatten().collect_any().into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Reading, Sheet, Table, Wishes};

    fn preparation() -> Preparation {
        let file = b"size,colour,fresh,kind\n1,red,yes,a\n3,blue,no,b\n2,red,no,a\n2,blue,yes,b\n";
        let sheet = Sheet::read(file, &Reading::default()).unwrap();
        let table = Table::new(sheet, &Wishes::default()).unwrap();
        Preparation::learn(&table, &[0, 1, 2, 3]).unwrap()
    }

    #[test]
    fn a_question_begins_with_means_and_first_words_and_takes_what_is_typed() {
        let preparation = preparation();
        let mut typed = SortedMap::new();
        let question = question_of(&preparation, &typed);
        assert_eq!(question["size"], Value::Text("2".to_owned()));
        assert_eq!(question["colour"], Value::Text("blue".to_owned()));
        assert!(preparation.input(&question).is_ok());
        typed.insert("size".to_owned(), "1,5".to_owned());
        assert!(preparation.input(&question_of(&preparation, &typed)).is_ok());
        typed.insert("size".to_owned(), "large".to_owned());
        let problem = preparation.input(&question_of(&preparation, &typed)).unwrap_err();
        assert_eq!(problem_words(&problem), "`size` is `large`: a number is needed");
    }

    #[test]
    fn means_are_short() {
        for (number, text) in [
            (0.0, "0"),
            (2.0, "2"),
            (5.843_33, "5.84"),
            (-12.06, "-12.1"),
            (746.9, "747"),
            (100.0, "100"),
            (0.1234, "0.123"),
            (0.000_012, "1.20e-5"),
        ] {
            assert_eq!(short(number), text);
        }
    }
}
