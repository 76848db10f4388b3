//! The release as one file: `target/dist/peerceptron`.
//!
//! Two lanes run at once, because the tools alone take minutes to compile and most of that time on one processor: one
//! installs cargo-leptos, the other compiles for the browser and the server as cargo-leptos would, so that it finds
//! its work done.

mod freshness;

use crate::{
    embedding,
    failure::Failure,
    sections,
    step::step,
    tools,
    workspace::{Workspace, execute, execute_labelled},
};
use std::{fs, process::Command, thread};

/// The profile of everything that is compiled for browsers; the same as `lib-profile-release` in the root manifest.
const WASM_PROFILE: &str = "wasm-release";
const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// What goes beside the application: the class for pages of other sites, and the workers of both. Packages, and
/// the names of their modules.
const MODULES: [(&str, &str); 3] =
    [("module", "peerceptron"), ("worker", "compute"), ("recall", "recall")];
const MODULES_FOLDER: &str = "target/site/sdk";
/// What few people open is a module of its own, which is cut out of the application's once it is linked.
const SPLIT_FEATURE: &str = "lazy";
/// What cargo-leptos compiles with where it cuts modules out; said here as well, so that it finds its work done.
const SPLIT_RUSTFLAGS: &str = "-C target-feature=+simd128 --cfg getrandom_backend=\"wasm_js\" --cfg erase_components \
    -Clink-args=--emit-relocs";
const COMPILE_ADVICE: &str = "Read the compiler's message above.";

/// `cargo xtask dist`.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    if let Some(unknown) = arguments.first() {
        return Err(Failure::new(format!(
            "`{unknown}` means nothing here: `dist` takes no options."
        )));
    }
    build(workspace)?;
    println!("The server is target/dist/peerceptron: one file, nothing else is needed beside it.");
    Ok(())
}

/// Builds what has changed since the last time.
pub(crate) fn build(workspace: &Workspace) -> Result<(), Failure> {
    tools::node(workspace)?;
    if freshness::is_fresh(workspace) {
        println!("target/dist/peerceptron is newer than all sources.");
        return Ok(());
    }
    let stamp = freshness::Stamp::now(workspace)?;
    step("Tools, and the first half of the build", || tools_and_compile(workspace))?;
    step("The site", || site(workspace))?;
    step("The server, with the site inside", || server(workspace))?;
    stamp.set()
}

fn tools_and_compile(workspace: &Workspace) -> Result<(), Failure> {
    thread::scope(|scope| {
        let leptos = scope.spawn(|| tools::cargo_leptos(workspace));
        let rest = (|| {
            tools::wasm_target(workspace)?;
            tools::wasm_opt(workspace)?;
            compile_for_browsers(workspace)?;
            compile_for_server(workspace)?;
            tools::wasm_bindgen(workspace)
        })();
        let leptos = leptos.join().unwrap_or_else(|_| Err(Failure::new("A lane panicked.")));
        rest.and(leptos)
    })
}

/// With the arguments that cargo-leptos gives to cargo, into the folder where it looks.
fn compile_for_browsers(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = browser_build(workspace, &["frontend"]);
    command.arg(format!("--profile={WASM_PROFILE}"));
    command.arg(format!("--features={SPLIT_FEATURE}")).env("RUSTFLAGS", SPLIT_RUSTFLAGS);
    execute_labelled("browser", &mut command, COMPILE_ADVICE)?;
    // By themselves, because the class is whole there; with the same flags, so that all below is compiled once.
    let mut command = browser_build(workspace, &MODULES.map(|(package, _)| package));
    command.arg(format!("--profile={WASM_PROFILE}")).env("RUSTFLAGS", SPLIT_RUSTFLAGS);
    execute_labelled("browser", &mut command, COMPILE_ADVICE)
}

/// Compiles libraries for browsers, for development unless a profile is added.
fn browser_build(workspace: &Workspace, packages: &[&str]) -> Command {
    let mut command = workspace.command("cargo");
    command.args(["build", "--lib", "--no-default-features"]);
    command.args(packages.iter().map(|package| format!("--package={package}")));
    command.arg(format!("--target-dir={}", workspace.path("target/front").display()));
    command.arg(format!("--target={WASM_TARGET}"));
    command
}

/// Compiles one library as it is released, and makes a module of it: `folder/package.js`.
pub(crate) fn browser_module(
    workspace: &Workspace,
    package: &str,
    folder: &str,
) -> Result<(), Failure> {
    tools::wasm_target(workspace)?;
    tools::wasm_opt(workspace)?;
    tools::wasm_bindgen(workspace)?;
    let mut command = browser_build(workspace, &[package]);
    execute(command.arg(format!("--profile={WASM_PROFILE}")), COMPILE_ADVICE)?;
    bind(workspace, package, package, folder)
}

/// All that the server is made of: with its last features, so that only its own crate is compiled again once the site
/// is there to be taken in. On a machine that has built before, there is nothing to be gained by it.
fn compile_for_server(workspace: &Workspace) -> Result<(), Failure> {
    if workspace.path("target/release/peerceptron").is_file() {
        return Ok(());
    }
    let site = workspace.path("target/site");
    fs::create_dir_all(&site).map_err(|error| Failure::io("Making", &site, &error))?;
    execute_labelled("server", &mut server_build(workspace), COMPILE_ADVICE)
}

fn server_build(workspace: &Workspace) -> Command {
    let mut command = workspace.command("cargo");
    command.args(["build", "--release", "--package=server", "--features=embed"]);
    command
}

fn site(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = workspace.command("cargo");
    command.args(["leptos", "build", "--release", "--frontend-only", "--split"]);
    command.arg(format!("--lib-features={SPLIT_FEATURE}"));
    execute(&mut command, COMPILE_ADVICE)?;
    for (package, name) in MODULES {
        let compiled = format!("target/front/{WASM_TARGET}/{WASM_PROFILE}/{package}.wasm");
        sections::drop_relocations(&workspace.path(&compiled))?;
        bind(workspace, package, name, MODULES_FOLDER)?;
    }
    models(workspace)?;
    let script = "xtask/scripts/compress.mjs";
    execute(workspace.command("node").args([script, "target/site"]), "Read the message above.")
}

/// What makes texts into vectors, beside the module that asks for it.
fn models(workspace: &Workspace) -> Result<(), Failure> {
    for (made, name) in
        [(&embedding::TABLE, "texts.model"), (&embedding::WHOLE, "texts-whole.model")]
    {
        embedding::make(workspace, made)?;
        let place = workspace.path(MODULES_FOLDER).join(name);
        fs::copy(workspace.path(made.file), &place)
            .map_err(|error| Failure::io("Writing", &place, &error))?;
    }
    Ok(())
}

/// Makes a small module of `library`, which cargo has compiled: `folder/name.js`, and what it loads.
fn bind(workspace: &Workspace, library: &str, name: &str, folder: &str) -> Result<(), Failure> {
    bind_as_compiled(workspace, WASM_PROFILE, library, name, folder)?;
    optimise(workspace.command("wasm-opt"), &format!("{folder}/{name}_bg.wasm"))
}

fn bind_as_compiled(
    workspace: &Workspace,
    profile: &str,
    library: &str,
    name: &str,
    folder: &str,
) -> Result<(), Failure> {
    let wasm = format!("target/front/{WASM_TARGET}/{profile}/{library}.wasm");
    let mut bindgen = workspace.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--out-name", name, "--out-dir", folder, &wasm]);
    execute(&mut bindgen, "Check that wasm-bindgen has the version of the crate in Cargo.toml.")
}

/// `cargo xtask sdk`: the compute worker and the JavaScript class beside what `cargo leptos` has built for development.
pub(crate) fn sdk_for_development(
    workspace: &Workspace,
    arguments: &[String],
) -> Result<(), Failure> {
    if let Some(unknown) = arguments.first() {
        return Err(Failure::new(format!(
            "`{unknown}` means nothing here: `sdk` takes no options."
        )));
    }
    tools::wasm_target(workspace)?;
    tools::wasm_bindgen(workspace)?;
    let packages = MODULES.map(|(package, _)| package);
    execute(&mut browser_build(workspace, &packages), COMPILE_ADVICE)?;
    for (package, name) in MODULES {
        bind_as_compiled(workspace, "debug", package, name, MODULES_FOLDER)?;
    }
    models(workspace)
}

/// As `wasm-opt-features` in the root manifest has it for the application.
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

fn optimise(mut wasm_opt: Command, file: &str) -> Result<(), Failure> {
    execute(wasm_opt.args(WASM_OPT).args([file, "-o", file]), "Read the message above.")
}

fn server(workspace: &Workspace) -> Result<(), Failure> {
    execute(&mut server_build(workspace), COMPILE_ADVICE)?;
    let (built, placed) =
        (workspace.path("target/release/peerceptron"), workspace.path("target/dist/peerceptron"));
    fs::create_dir_all(workspace.path("target/dist"))
        .and_then(|()| match fs::remove_file(&placed) {
            // Away with it first: a running server's file cannot be written to, but it can be replaced.
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => fs::copy(&built, &placed),
        })
        .map(drop)
        .map_err(|error| Failure::io("Writing", &placed, &error))
}
