//! What the cross-crate tests share.

#![allow(clippy::expect_used, reason = "a test's helpers may panic")]

pub mod inbox;
mod leaves;

pub use leaves::{facts, lost};

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// A document of the corpus: its path below the corpus, and its text.
#[derive(Debug)]
pub struct Document {
    /// `cloud/messages-text.json`, say.
    pub name: String,
    /// The JSON.
    pub text: String,
}

/// The documents in the folder that `WHATSAPP_CORPUS` names, relative to the workspace. Without
/// the variable there are none, and one line says so.
///
/// # Panics
/// If the variable is set and the folder cannot be read.
#[must_use]
pub fn corpus() -> Vec<Document> {
    let Some(folder) = env::var_os("WHATSAPP_CORPUS") else {
        eprintln!("skipped: set WHATSAPP_CORPUS to the corpus folder to run this test over it");
        return Vec::new();
    };
    // Tests run in the package's folder, the variable is relative to the workspace's.
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut documents = Vec::new();
    for api in ["cloud", "onprem"] {
        read(&folder, api, &mut documents)
            .unwrap_or_else(|error| panic!("WHATSAPP_CORPUS: {api}: {error}"));
    }
    assert!(documents.len() > 200, "the corpus has only {} documents", documents.len());
    documents.sort_by(|one, two| one.name.cmp(&two.name));
    documents
}

/// The project's own documents, in `tests/fixtures`: shapes from WhatsApp's documentation, values
/// made up.
///
/// # Panics
/// If the folder cannot be read.
#[must_use]
pub fn fixtures() -> Vec<Document> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut documents = Vec::new();
    for api in ["cloud", "onprem"] {
        read(&folder, api, &mut documents).unwrap_or_else(|error| panic!("fixtures: {error}"));
    }
    documents.sort_by(|one, two| one.name.cmp(&two.name));
    documents
}

/// Adds the JSON documents of one API's folder.
fn read(folder: &Path, api: &str, documents: &mut Vec<Document>) -> io::Result<()> {
    for file in fs::read_dir(folder.join(api))? {
        let file = file?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".json") {
            let text = fs::read_to_string(&file)?;
            documents.push(Document { name: format!("{api}/{name}"), text });
        }
    }
    Ok(())
}

/// The wire's names of all fields of all views, from the sources: `pub id: Option<Str<'a>> = "id",`.
///
/// # Panics
/// If the sources cannot be read, or hold no fields.
#[must_use]
pub fn view_members() -> Vec<String> {
    let views =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../crates/whatsapp-notification/src/view");
    let mut members = Vec::new();
    for folder in [views.clone(), views.join("messages")] {
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("views: {error}"));
        for file in files {
            let file = file.unwrap_or_else(|error| panic!("views: {error}")).path();
            if file.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}"));
                let fields = source.lines().filter(|line| line.starts_with("        pub "));
                let names = fields.filter_map(|line| line.split('"').nth(1));
                members.extend(names.map(str::to_owned));
            }
        }
    }
    assert!(members.len() > 300, "only {} fields", members.len());
    members
}

/// The README's programs compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
