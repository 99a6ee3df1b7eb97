//! Commands and options.

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Works with WhatsApp notifications.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prints the events of stored notifications, and what of them no typed field holds.
    ///
    /// A file holds one body, or one a line. Prints texts and numbers as they are: the output is as
    /// personal as the files. A summary goes to standard error. Exits with 1 if a file cannot be
    /// read or is not JSON.
    Decode(Decode),
    /// Runs a server and a sender in one process, and checks what the server makes of it.
    ///
    /// Prints a line for each handled event and a summary. Exits with 1 if any figure is not what
    /// the sender expects.
    Demo(Demo),
    /// Shows what is in an inbox's file, and what was given up in it; erases one person.
    ///
    /// Works on a file that is in use, too. Never makes one. Exits with 1 if there is no such dead
    /// letter or the file fails, 2 if the options are not valid or the file is no inbox (then nothing
    /// was changed), 3 if another process has the file for too long: try again.
    Inbox(Inbox),
    /// Reads and changes the settings of an On-Premises client, or 360dialog's webhook.
    ///
    /// Prints settings as they are: `webhooks.url` may hold a secret. Exits with 1 if the API
    /// refuses, 2 if the input is not valid (then nothing was changed), 3 if the API cannot be
    /// reached.
    Settings {
        #[command(subcommand)]
        command: Settings,
    },
    /// Reads and changes the CA certificates with which an On-Premises client verifies the webhook.
    ///
    /// Exit codes are those of `settings`. Each change restarts the Coreapps.
    Certificates {
        #[command(subcommand)]
        command: Certificates,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Inbox {
    /// The file: what was given to `SqliteStore::open`.
    pub(crate) file: PathBuf,
    #[command(subcommand)]
    pub(crate) command: InboxCommand,
    /// Lines for people, or JSON.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InboxCommand {
    /// Prints how much is in it.
    Stats,
    /// Lists, shows and replays dead letters: events that were given up.
    #[command(subcommand)]
    Dead(Dead),
    /// Ends dead letters for good, or erases one person.
    ///
    /// A body goes with the next sweep after the last of its events.
    #[command(group(ArgGroup::new("which").required(true)))]
    Purge {
        /// This dead letter.
        #[arg(group = "which")]
        seq: Option<u64>,
        /// All dead letters.
        #[arg(long, group = "which")]
        all_dead: bool,
        /// All that is from or about this person, handled or not: overwritten in the bodies that hold
        /// it. A number, WhatsApp id, user id or user name; repeat it for each that you know.
        ///
        /// `-` reads ids from standard input, one a line, so that none is seen in the list of
        /// processes. What others wrote of them stays: bodies that mention them are told by number.
        /// Keys of events, which are hashes, stay, and so may old bytes in free pages and in the log of
        /// a file that is in use.
        #[arg(long, group = "which", value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
        contact: Vec<String>,
    },
    /// Removes bodies whose events have ended, old dead letters, and keys whose time is over, as
    /// workers do every half minute.
    Sweep {
        /// Keep bodies for so many days after the last of their events was done.
        #[arg(long, default_value_t = 0, value_name = "DAYS")]
        keep_bodies: u32,
        /// Keep dead letters for so many days after they were given up.
        #[arg(long, default_value_t = 30, value_name = "DAYS")]
        keep_dead: u32,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Dead {
    /// Prints a line for each, without content.
    List,
    /// Prints one, and its event as `wahook decode` does.
    ///
    /// Prints texts and numbers as they are: the output is personal.
    Show {
        /// Its number in the list.
        seq: u64,
    },
    /// Makes dead letters pending again, without attempts: workers find them within half a minute.
    #[command(group(ArgGroup::new("which").required(true)))]
    Replay {
        /// This one.
        #[arg(group = "which")]
        seq: Option<u64>,
        /// All of them.
        #[arg(long, group = "which")]
        all: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Settings {
    /// Prints the settings.
    Get {
        #[command(flatten)]
        connection: Connection,
        #[command(flatten)]
        backend: BackendOption,
    },
    /// Changes what the file sets, and prints what changed and what needs a restart.
    Set {
        /// JSON, such as `{"webhooks":{"url":"https://…"}}`; `-` is standard input.
        file: PathBuf,
        /// Change nothing: print what would change.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        connection: Connection,
        #[command(flatten)]
        backend: BackendOption,
    },
    /// Sets all settings to their defaults, and prints what changed.
    Reset {
        /// Change nothing: print what is set.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        connection: Connection,
    },
    /// Says what is wrong with a file, or doubtful; nothing is sent.
    Check {
        /// JSON; `-` is standard input.
        file: PathBuf,
        #[command(flatten)]
        backend: BackendOption,
        /// Lines for people, or a JSON object.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Certificates {
    /// Prints the certificates, in PEM.
    Get {
        #[command(flatten)]
        connection: Connection,
    },
    /// Sets the certificates of a file in place of those that are there.
    Set {
        /// PEM, one behind the other; `-` is standard input.
        file: PathBuf,
        /// Change nothing: check the file, and print what would be replaced.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        connection: Connection,
    },
    /// Removes the certificates.
    Delete {
        /// Change nothing: print what would be removed.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        connection: Connection,
    },
}

/// Where the API is, and who calls it.
#[derive(Args, Debug)]
pub(crate) struct Connection {
    /// Where the API is: https, or http to this machine.
    #[arg(long)]
    pub(crate) url: String,
    /// Who logs in.
    #[arg(long, default_value = "admin", value_name = "NAME")]
    pub(crate) user: String,
    /// The file that holds the password, or 360dialog's API key, in place of the variable
    /// `WHATSAPP_ONPREM_PASSWORD` or `WHATSAPP_D360_API_KEY`. Its line end is not part of it.
    #[arg(long, value_name = "FILE", conflicts_with = "password_stdin")]
    pub(crate) password_file: Option<PathBuf>,
    /// Read the password, or 360dialog's API key, from standard input.
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// The file that holds a new password, for the admin's first login, which must change it. Not
    /// used if the client does not ask for it.
    #[arg(long, value_name = "FILE")]
    pub(crate) new_password_file: Option<PathBuf>,
    /// Trust the CA certificates of this file too, in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// So many seconds each call may take.
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Lines for people, or JSON.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
pub(crate) struct BackendOption {
    /// Whose API it is. 360dialog's takes `{"url":…,"headers":{…}}`, and its key from
    /// `WHATSAPP_D360_API_KEY`.
    #[arg(long, value_enum, default_value_t = Backend::Onprem)]
    pub(crate) backend: Backend,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    /// The On-Premises client's own.
    Onprem,
    /// 360dialog's `/v1/configs/webhook`.
    Dialog360,
}

#[derive(Args, Debug)]
pub(crate) struct Decode {
    /// The files; `-`, and no file at all, is standard input.
    #[arg(default_value = "-", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Exit with 1 if anything is unknown, malformed or untyped, and say where.
    #[arg(long)]
    pub(crate) strict: bool,
    /// A tree for people (the default on a terminal), or a JSON object a line.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// How many requests are sent.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) count: u32,
    /// What the notifications are made from: the same seed makes the same ones.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Run the handlers while the sender waits, instead of keeping notifications in an inbox first.
    #[arg(long)]
    pub(crate) no_inbox: bool,
    /// Lines for people, or a JSON object a line.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
