//! A client of the options, and its calls under their deadline.

use super::input::{self, Source};
use crate::{
    cli::Connection,
    failure::{Code, Failure},
};
use std::{path::Path, time::Duration};
use tokio::runtime;
use whatsapp_onprem::{Client, Error, ErrorKind, HttpClient, Login};

/// A client, ready to be called.
pub(super) struct Connected<C> {
    pub(super) client: C,
    deadline: Duration,
}

impl<C> Connected<C> {
    pub(super) fn new(client: C, connection: &Connection) -> Self {
        Connected { client, deadline: Duration::from_secs(connection.timeout) }
    }

    /// A call's result, if it comes in time.
    pub(super) async fn within<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failure> {
        let seconds = self.deadline.as_secs();
        tokio::time::timeout(self.deadline, call).await.map_or_else(
            |_| {
                let message = format!(
                    "there is no answer within {seconds} s; a change may have been made all the same"
                );
                Err(Failure::new(Code::Unreachable, message))
            },
            |result| Ok(result?),
        )
    }
}

/// A client of an On-Premises client, logged in.
pub(super) async fn onprem(
    connection: &Connection,
) -> Result<Connected<Client<HttpClient>>, Failure> {
    let password = password(connection, "WHATSAPP_ONPREM_PASSWORD")?;
    let login = Login::new(&connection.user, password.as_str());
    let client = Client::new(&connection.url, login, http(connection)?)?;
    let connected = Connected::new(client, connection);
    let logged_in = connected.client.log_in();
    match (tokio::time::timeout(connected.deadline, logged_in).await, &connection.new_password_file)
    {
        (Ok(Err(error)), Some(new)) if error.kind() == ErrorKind::PasswordChangeWanted => {
            let new = input::secret(new)?;
            connected.within(connected.client.change_password(new.as_str())).await?;
            eprintln!("wahook: the password has been changed to that of the file");
        }
        (Ok(result), _) => result?,
        (Err(_), _) => connected.within(std::future::pending::<Result<(), Error>>()).await?,
    }
    Ok(connected)
}

/// The text of a file that is read beside a password: standard input cannot be both.
pub(super) fn text_beside(connection: &Connection, file: &Path) -> Result<String, Failure> {
    let secrets = [&connection.password_file, &connection.new_password_file];
    let of_secrets = secrets.into_iter().flatten().any(|file| input::is_stdin(file));
    if input::is_stdin(file) && (connection.password_stdin || of_secrets) {
        return Err(Failure::input("standard input cannot hold both the file and the password"));
    }
    input::text(file)
}

/// The password or key.
pub(super) fn password(
    connection: &Connection,
    variable: &'static str,
) -> Result<zeroize::Zeroizing<String>, Failure> {
    let file = connection.password_file.as_deref();
    Source { file, stdin: connection.password_stdin, variable }.read()
}

pub(super) fn http(connection: &Connection) -> Result<HttpClient, Failure> {
    Ok(match &connection.ca {
        Some(file) => HttpClient::with_ca(&input::text(file)?)
            .map_err(|error| Failure::from(error).of_file(&input::name(file)))?,
        None => HttpClient::new()?,
    })
}

/// Runs a command to its end.
pub(super) fn block_on<T>(run: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(Code::Refused, error.to_string()))?.block_on(run)
}
