//! What the cross-crate tests share.

use std::{env, fs, path::PathBuf};

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
        let files = fs::read_dir(folder.join(api));
        let files = files.unwrap_or_else(|error| panic!("WHATSAPP_CORPUS: {api}: {error}"));
        for file in files.map(|file| file.unwrap_or_else(|error| panic!("{api}: {error}")).path()) {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".json") {
                let text = fs::read_to_string(&file);
                let text = text.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
                documents.push(Document { name: format!("{api}/{name}"), text });
            }
        }
    }
    assert!(documents.len() > 200, "the corpus has only {} documents", documents.len());
    documents.sort_by(|one, two| one.name.cmp(&two.name));
    documents
}

/// The README's programs compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
