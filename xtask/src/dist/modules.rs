//! What browsers run: one WebAssembly module for the pages, one for the class, and one for each worker.

use super::COMPILE_ADVICE;
use crate::{
    failure::Failure,
    sections, tools,
    workspace::{Workspace, execute, execute_labelled, execute_silently},
};
use std::{
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    thread,
};

/// The profile of everything that is compiled for browsers; the same as `lib-profile-release` in the root manifest.
const PROFILE: &str = "wasm-release";
const TARGET: &str = "wasm32-unknown-unknown";
/// The pages' module.
const PAGES: &str = "peerceptron";
/// What goes beside it: the class for pages of other sites, and the workers of both. Packages, and the names of their modules.
const BESIDE: [(&str, &str); 3] =
    [("module", "peerceptron"), ("worker", "compute"), ("recall", "recall")];
/// What few people open is a module of its own, which is cut out of the pages' once that is linked.
const SPLIT_FEATURE: &str = "lazy";
/// `.cargo/config.toml` for WebAssembly, and what tells the cutter where addresses stand.
const SPLIT_RUSTFLAGS: &str = "-C target-feature=+simd128 --cfg getrandom_backend=\"wasm_js\" --cfg erase_components \
    -Clink-args=--emit-relocs";
const BINDGEN_ADVICE: &str = "Check that wasm-bindgen has the version of the crate in Cargo.toml.";
/// As `wasm-opt-features` in the root manifest has it.
const WASM_OPT: [&str; 9] = [
    "-Oz",
    "--low-memory-unused",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Compiles them all.
pub(super) fn compile(workspace: &Workspace) -> Result<(), Failure> {
    let mut pages = build(workspace, &["frontend"]);
    pages.arg(format!("--profile={PROFILE}"));
    pages.arg(format!("--features={SPLIT_FEATURE}")).env("RUSTFLAGS", SPLIT_RUSTFLAGS);
    execute_labelled("browser", &mut pages, COMPILE_ADVICE)?;
    // By themselves, because the class is whole there; with the same flags, so that all below is compiled once.
    let mut beside = build(workspace, &BESIDE.map(|(package, _)| package));
    beside.arg(format!("--profile={PROFILE}")).env("RUSTFLAGS", SPLIT_RUSTFLAGS);
    execute_labelled("browser", &mut beside, COMPILE_ADVICE)
}

/// Makes modules of what is compiled: the pages' and what is cut out of it in `pages`, the others in `beside`.
pub(super) fn place(workspace: &Workspace, pages: &str, beside: &str) -> Result<(), Failure> {
    place_pages(workspace, pages)?;
    for (package, name) in BESIDE {
        sections::drop_relocations(&workspace.path(&compiled(PROFILE, package)))?;
        bind(workspace, PROFILE, package, name, beside)?;
    }
    let mut modules = modules_in(&workspace.path(pages))?;
    modules.extend(modules_in(&workspace.path(beside))?);
    optimise_all(workspace, modules)
}

fn place_pages(workspace: &Workspace, folder: &str) -> Result<(), Failure> {
    let mut split = workspace.command("wasm-split-cli");
    split.args(["--out-name", PAGES, &compiled(PROFILE, "frontend"), folder]);
    execute(&mut split, "Check that wasm-split-cli has the version of the crate in Cargo.toml.")?;
    // What is cut out calls the rest by the names that the linker gave.
    let cut = format!("{folder}/{PAGES}.wasm");
    let mut bindgen = bindgen(workspace, PAGES, folder);
    bindgen.args(["--no-typescript", "--keep-lld-exports", "--no-demangle", &cut]);
    execute(&mut bindgen, BINDGEN_ADVICE)?;
    // Pages ask for it by this name.
    let (bound, cut) = (workspace.path(&format!("{folder}/{PAGES}_bg.wasm")), workspace.path(&cut));
    fs::rename(&bound, &cut).map_err(|error| Failure::io("Renaming", &bound, &error))
}

fn modules_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| Failure::io("Reading", folder, &error))?;
    let paths = entries.into_iter().map(|entry| entry.path());
    Ok(paths.filter(|path| path.extension().is_some_and(|it| it == "wasm")).collect())
}

/// Compiles one library as it is released, and makes a module of it: `folder/package.js`.
pub(crate) fn browser_module(
    workspace: &Workspace,
    package: &str,
    folder: &str,
) -> Result<(), Failure> {
    tools::wasm_target(workspace)?;
    tools::from_npm(workspace)?;
    tools::wasm_bindgen(workspace)?;
    let mut command = build(workspace, &[package]);
    execute(command.arg(format!("--profile={PROFILE}")), COMPILE_ADVICE)?;
    bind(workspace, PROFILE, package, package, folder)?;
    optimise(workspace, &workspace.path(&format!("{folder}/{package}_bg.wasm")))
}

/// `cargo xtask sdk`: the compute worker and the JavaScript class beside what `cargo leptos` has built for development.
pub(crate) fn for_development(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(unknown) = arguments.first() {
        return Err(Failure::new(format!(
            "`{unknown}` means nothing here: `sdk` takes no options."
        )));
    }
    tools::wasm_target(workspace)?;
    tools::wasm_bindgen(workspace)?;
    let packages = BESIDE.map(|(package, _)| package);
    execute(&mut build(workspace, &packages), COMPILE_ADVICE)?;
    for (package, name) in BESIDE {
        bind(workspace, "debug", package, name, super::site::SDK)?;
    }
    super::site::models(workspace)
}

/// Compiles libraries for browsers, for development unless a profile is added, into the folder where cargo-leptos looks.
fn build(workspace: &Workspace, packages: &[&str]) -> Command {
    let mut command = workspace.command("cargo");
    command.args(["build", "--lib", "--no-default-features"]);
    command.args(packages.iter().map(|package| format!("--package={package}")));
    command.arg(format!("--target-dir={}", workspace.path("target/front").display()));
    command.arg(format!("--target={TARGET}"));
    command
}

fn compiled(profile: &str, library: &str) -> String {
    format!("target/front/{TARGET}/{profile}/{library}.wasm")
}

/// What it exports becomes JavaScript: `folder/name.js`.
fn bind(
    workspace: &Workspace,
    profile: &str,
    library: &str,
    name: &str,
    folder: &str,
) -> Result<(), Failure> {
    let mut bindgen = bindgen(workspace, name, folder);
    execute(bindgen.arg(compiled(profile, library)), BINDGEN_ADVICE)
}

fn bindgen(workspace: &Workspace, name: &str, folder: &str) -> Command {
    let mut command = workspace.command("wasm-bindgen");
    command.args(["--target", "web", "--out-name", name, "--out-dir", folder]);
    command
}

/// One module a processor at a time, and the largest first: `wasm-opt` keeps one busy.
fn optimise_all(workspace: &Workspace, mut modules: Vec<PathBuf>) -> Result<(), Failure> {
    println!("wasm-opt {} of {} modules", WASM_OPT.join(" "), modules.len());
    modules.sort_by_key(|module| fs::metadata(module).map_or(0, |metadata| metadata.len()));
    let left = Mutex::new(modules);
    let lanes = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let lane = || {
            let next = || left.lock().ok().and_then(|mut left| left.pop());
            std::iter::from_fn(next).try_for_each(|module| optimise(workspace, &module))
        };
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        let ended = lanes.into_iter().map(|lane| lane.join().expect("no lane panics"));
        ended.collect()
    })
}

fn optimise(workspace: &Workspace, module: &Path) -> Result<(), Failure> {
    let mut wasm_opt = workspace.command("wasm-opt");
    wasm_opt.args(WASM_OPT).arg(module).arg("-o").arg(module);
    // It warns of names in what was cut out, which it takes away.
    execute_silently(&mut wasm_opt, "Read what it said.")
}
