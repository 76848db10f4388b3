//! Has the server built again when the files that it embeds have changed; a file that is new is not noticed otherwise.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_EMBED").is_some() {
        println!("cargo:rerun-if-changed=../target/site");
    }
}
