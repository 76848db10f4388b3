//! The model as a file: taken along, and brought in.

use crate::{
    Problem,
    compact::{Erase, follow, live, on},
    components::notice::{CommandProblem, as_sentence},
    files,
    format::count,
    picked::single,
    shown::shown_name,
    state::{
        command::Command,
        page::{Page, use_page},
        port::PeerPort,
    },
};
use leptos::{ev::Event, prelude::*};
use peer::{Answer, Blueprint, DeskJob, ModelFile, ModelFormat};
use units::{ClusterId, Hash};
use web_sys::{DragEvent, File};

/// Bytes of a model's file: the largest network's with the state of its learning, or with twice as long numbers.
const MODEL_FILE_BYTES_MAX: u64 = 64 << 20;

/// The longest name that is taken over from a file, so that a number still fits behind it.
const NAME_CHARS_MAX: usize = 48;

/// Names that are tried: more than there can be clusters.
const NAMES_MAX: u32 = 64;

/// Digits of a hash that tell models apart, as they are shown elsewhere.
const HASH_DIGITS: usize = 8;

/// Downloads of the model in use, and a place for files that become a cluster of their own.
#[component]
pub fn ModelFiles() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let done = RwSignal::new(String::new());
    let dragged_over = RwSignal::new(false);
    let take_in = move |files: Vec<File>| {
        if !page.is_ready() || untrack(|| command.is_pending()) {
            return;
        }
        done.set(String::new());
        match single(files) {
            Ok(None) => {}
            Ok(Some(file)) => upload(page, command, done, file),
            Err(several) => command.refuse("invalid_input", several.to_string()),
        }
    };
    // Whoever goes on to another model, or to look for another file, has read why the last one was refused.
    follow(move || {
        page.chosen_cluster.track();
        command.clear();
    });
    let download = move |format| {
        done.set(String::new());
        take_along(page, command, done, format);
    };
    let no_model = move || page.cluster().is_none() || command.is_pending();

    view! {
        <div
            class="models"
            class:models-target=dragged_over
            role="group"
            aria-labelledby="models-title"
            on:dragover=on(move |event: DragEvent| {
                event.prevent_default();
                dragged_over.set(true);
                command.clear();
            })
            on:dragleave=on(move |_| dragged_over.set(false))
            on:drop=on(move |event: DragEvent| {
                dragged_over.set(false);
                take_in(files::dropped(&event));
            })
        >
            <h3 id="models-title">"Model file"</h3>
            <div class="models-actions">
                <button
                    type="button"
                    class="button button-quiet"
                    disabled=live(no_model)
                    on:click=on(move |_| download(ModelFormat::Safetensors))
                >
                    "Download safetensors"
                </button>
                <button
                    type="button"
                    class="button button-quiet"
                    disabled=live(no_model)
                    on:click=on(move |_| download(ModelFormat::Onnx))
                >
                    "Download ONNX"
                </button>
                <label class="button button-quiet upload" class:upload-disabled=live(move || !page.is_ready())>
                    <span>{live(move || if command.is_pending() { "Working" } else { "Upload a model" })}</span>
                    <input
                        type="file"
                        class="visually-hidden"
                        aria-label="Upload a model"
                        aria-describedby="models-hint"
                        accept=".safetensors"
                        disabled=live(move || !page.is_ready() || command.is_pending())
                        on:click=on(move |_| command.clear())
                        on:change=on(move |event: Event| {
                            take_in(files::chosen(&event_target(&event)).into_iter().collect());
                        })
                    />
                </label>
            </div>
            <p class="hint" id="models-hint">
                "Safetensors can be read back, here or on any device, by the button or dropped on it; a plain dense network of another program too. ONNX is for other programs: they get the same answers."
            </p>
            <CommandProblem command />
            <p class="models-done" role="status">{done}</p>
        </div>
    }
    .erased()
}

/// Has the browser save the model in use.
fn take_along(page: Page, command: Command, done: RwSignal<String>, format: ModelFormat) {
    let Some(cluster) = untrack(|| page.cluster()) else { return };
    let name = file_name(&cluster.id, &cluster.model, format);
    command.run(
        move |port| port.write_model_file(cluster.id, format),
        move |bytes| match files::save(&bytes, &name) {
            Some(()) => drop(done.try_set(format!("{name} is among your downloads."))),
            None => {
                command.refuse("download_refused", format!("this browser does not save `{name}`"))
            }
        },
    );
}

/// `digits-582c2acb.safetensors`: the cluster, and the hash of its model.
fn file_name(cluster: &ClusterId, model: &Hash, format: ModelFormat) -> String {
    let kind = match format {
        ModelFormat::Safetensors => "safetensors",
        ModelFormat::Onnx => "onnx",
    };
    format!("{cluster}-{}.{kind}", &model.to_string()[..HASH_DIGITS])
}

/// Makes a cluster of a file and uses it from then on.
fn upload(page: Page, command: Command, done: RwSignal<String>, file: File) {
    command.run(
        move |port| {
            Box::pin(async move {
                let about_it = |problem: Problem| problem.about(&shown_name(&file.name()));
                let bytes = files::read(&file, MODEL_FILE_BYTES_MAX).await;
                let bytes = bytes.map_err(|error| invalid(error.to_string())).map_err(about_it)?;
                let read = read_model(&*port, bytes, rows_here(page)).await.map_err(about_it)?;
                let taken = |name: &str| {
                    page.clusters.with_untracked(|all| all.iter().any(|it| it.id.as_str() == name))
                };
                let cluster = free_name(&file.name(), taken).ok_or_else(|| {
                    invalid("no name is free for this model: rename the file".to_owned())
                })?;
                let words = arrived_words(&cluster, &read);
                let ModelFile { network, model, recipe, .. } = read;
                let blueprint = Blueprint { network, recipe, model: Some(model) };
                port.create_cluster(cluster.clone(), blueprint).await?;
                Ok((cluster, words))
            })
        },
        move |(cluster, words)| {
            let _ = page.chosen_cluster.try_set(Some(cluster));
            let _ = done.try_set(words);
        },
    );
}

/// The cluster in use, if it has rows.
fn rows_here(page: Page) -> Option<ClusterId> {
    untrack(|| page.cluster()).filter(|cluster| cluster.train_rows > 0).map(|cluster| cluster.id)
}

/// Another program's network is fitted to this device's rows where they suit it, and else without any.
async fn read_model(
    port: &dyn PeerPort,
    file: Vec<u8>,
    rows_of: Option<ClusterId>,
) -> Result<ModelFile, Problem> {
    if rows_of.is_some() {
        let job = DeskJob::ReadModelFile { file: file.clone(), rows_of };
        if let Ok(Answer::ModelFile(read)) = port.ask_desk(job).await {
            return Ok(read);
        }
    }
    match port.ask_desk(DeskJob::ReadModelFile { file, rows_of: None }).await? {
        Answer::ModelFile(read) => Ok(read),
        _ => Err(Problem {
            code: "worker_lost".to_owned(),
            message: "the compute worker answered something else: reload the page".to_owned(),
        }),
    }
}

fn invalid(message: String) -> Problem {
    Problem { code: "invalid_input".to_owned(), message }
}

/// What came of a file: the cluster, its size, and the remark on a network of another program.
fn arrived_words(cluster: &ClusterId, read: &ModelFile) -> String {
    let numbers = count(read.network.parameters());
    let remark = match read.remark.as_str() {
        "" => String::new(),
        remark => format!(" {}", as_sentence(remark)),
    };
    format!("The model is here as cluster “{cluster}”, with {numbers} parameters.{remark}")
}

/// A name for the cluster of a file: the file's own without kind, hash and copy's number, and a number where it is taken.
fn free_name(file: &str, taken: impl Fn(&str) -> bool) -> Option<ClusterId> {
    let name = plain_name(file);
    (1..=NAMES_MAX).find_map(|number| {
        let name = if number == 1 { name.clone() } else { format!("{name}-{number}") };
        if taken(&name) { None } else { name.parse().ok() }
    })
}

fn plain_name(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    // What browsers put behind the name of a second copy: ` (1)`.
    let stem = stem.split_once(" (").map_or(stem, |(stem, _)| stem);
    let stem = match stem.rsplit_once('-') {
        Some((name, hash)) if is_hash(hash) => name,
        _ => stem,
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let words = stem.split(|c| !fits(c)).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-");
    match name.chars().take(NAME_CHARS_MAX).collect::<String>() {
        name if name.is_empty() => "model".to_owned(),
        name => name,
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH_DIGITS && text.chars().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::defaults::network;

    #[test]
    fn a_downloaded_model_comes_back_under_its_clusters_name() {
        let (digits, model) = ("digits".parse().unwrap(), Hash::of(b"model"));
        let name = file_name(&digits, &model, ModelFormat::Safetensors);
        assert!(name.starts_with("digits-") && name.ends_with(".safetensors"), "{name}");
        assert_eq!(free_name(&name, |_| false), Some(digits));
        assert!(file_name(&"a".parse().unwrap(), &model, ModelFormat::Onnx).ends_with(".onnx"));
    }

    #[test]
    fn any_file_name_makes_a_name_for_a_cluster() {
        for (file, name) in [
            ("digits-582c2acb (1).safetensors", "digits"),
            ("My first model!.safetensors", "My-first-model"),
            ("päth/to.weights.safetensors", "p-th-to.weights"),
            (".safetensors", "model"),
            ("(2)", "2"),
            ("", "model"),
        ] {
            assert_eq!(free_name(file, |_| false).unwrap().as_str(), name, "{file}");
        }
        let long = free_name(&"x".repeat(500), |_| false).unwrap();
        assert_eq!(long.as_str().len(), NAME_CHARS_MAX);
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let taken = |name: &str| name == "digits" || name == "digits-2";
        assert_eq!(free_name("digits.safetensors", taken).unwrap().as_str(), "digits-3");
        assert_eq!(free_name("digits.safetensors", |_| true), None);
    }

    #[test]
    fn what_became_of_a_file_is_said() {
        let read = |remark: &str| ModelFile {
            network: network(64, &[8], 10),
            model: Vec::new(),
            recipe: Vec::new(),
            remark: remark.to_owned(),
        };
        let cluster = "digits".parse().unwrap();
        assert_eq!(
            arrived_words(&cluster, &read("")),
            "The model is here as cluster “digits”, with 618 parameters."
        );
        assert!(
            arrived_words(&cluster, &read("it kept 9 answers")).ends_with(" It kept 9 answers.")
        );
    }
}
