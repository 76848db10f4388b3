//! What the server serves: `target/site`.

use super::modules;
use crate::{
    embedding,
    failure::Failure,
    workspace::{Workspace, execute},
};
use std::{fs, io, path::Path};

const SITE: &str = "target/site";
/// The pages' modules, script and style.
const PAGES: &str = "target/site/pkg";
/// The class, and the workers.
pub(super) const SDK: &str = "target/site/sdk";
/// The oldest browsers for which style is written as they know it: the first that run what is here.
const BROWSERS: &str = "--target=chrome109,edge109,firefox115,safari16.4,ios16.4";

/// Makes it anew of what is compiled and what lies in `public` and `style`.
pub(super) fn build(workspace: &Workspace) -> Result<(), Failure> {
    let site = workspace.path(SITE);
    empty(&site)
        .and_then(|()| copy(&workspace.path("public"), &site))
        .map_err(|error| Failure::io("Writing", &site, &error))?;
    modules::place(workspace, PAGES, SDK)?;
    minify(workspace)?;
    models(workspace)?;
    let script = "xtask/scripts/compress.mjs";
    execute(workspace.command("node").args([script, SITE]), "Read the message above.")
}

/// Not the folder itself: a server may watch it.
fn empty(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

/// One file of style, and the pages' scripts without what only people read.
fn minify(workspace: &Workspace) -> Result<(), Failure> {
    let advice = "Read the message above.";
    let mut style = workspace.command("esbuild");
    style.args(["style/main.css", "--bundle", "--minify", BROWSERS, "--log-level=warning"]);
    execute(style.arg(format!("--outfile={PAGES}/peerceptron.css")), advice)?;
    let mut scripts = workspace.command("esbuild");
    scripts.args(["peerceptron", "__wasm_split"].map(|name| format!("{PAGES}/{name}.js")));
    scripts.args(["--minify", "--format=esm", "--allow-overwrite", "--log-level=warning"]);
    execute(scripts.arg(format!("--outdir={PAGES}")), advice)
}

/// What makes texts into vectors, beside the module that asks for it.
pub(super) fn models(workspace: &Workspace) -> Result<(), Failure> {
    embedding::make_both(workspace)?;
    for (made, name) in
        [(&embedding::TABLE, "texts.model"), (&embedding::WHOLE, "texts-whole.model")]
    {
        let place = workspace.path(SDK).join(name);
        fs::copy(workspace.path(made.file), &place)
            .map_err(|error| Failure::io("Writing", &place, &error))?;
    }
    Ok(())
}
