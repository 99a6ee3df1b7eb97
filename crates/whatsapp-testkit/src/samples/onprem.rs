//! Notifications of the On-Premises API: flat, and without the business's number.

use super::{
    Api, Sample, Samples, count,
    json::{array, object, string},
};

impl Samples {
    /// A text message.
    pub fn onprem_text(&mut self) -> Sample {
        self.onprem_message("text")
    }

    /// An image.
    pub fn onprem_image(&mut self) -> Sample {
        self.onprem_message("image")
    }

    /// A voice message, which is a type of its own here.
    pub fn onprem_voice(&mut self) -> Sample {
        self.onprem_message("voice")
    }

    /// A status with both forms of the recipient.
    pub fn onprem_status(&mut self) -> Sample {
        let recipient = string(&self.number());
        let status = object(&[
            ("id", string(&format!("gBEG{}", self.token(24)))),
            ("message", object(&[("recipient_id", recipient.clone())])),
            ("recipient_id", recipient),
            ("status", string(["sent", "delivered", "read"][self.rng.usize(..3)])),
            ("timestamp", string(&self.timestamp())),
            ("type", string("message")),
        ]);
        flat(&[("statuses", array(&[status]))], "status")
    }

    /// A message of which the client knows no more than that there was one.
    pub fn onprem_unknown(&mut self) -> Sample {
        let error = object(&[
            ("code", "501".into()),
            ("title", string("Unknown message type")),
            ("details", string("Message type is not currently supported")),
        ]);
        let message = object(&[
            ("errors", array(&[error])),
            ("from", string(&self.number())),
            ("id", string(&format!("ABGG{}", self.token(24)))),
            ("timestamp", string(&self.timestamp())),
            ("type", string("unknown")),
        ]);
        flat(&[("messages", array(&[message]))], "unsupported")
    }

    /// A disappearing message, whose content never arrives.
    pub fn onprem_ephemeral(&mut self) -> Sample {
        let message = object(&[
            ("from", string(&self.number())),
            ("id", string(&format!("ABGG{}", self.token(24)))),
            ("timestamp", string(&self.timestamp())),
            ("type", string("ephemeral")),
        ]);
        flat(&[("messages", array(&[message]))], "ephemeral")
    }

    /// The answer to a look-up of a contact, without a message.
    pub fn onprem_contact(&mut self) -> Sample {
        let number = self.number();
        let contact = object(&[
            ("input", string(&format!("+{number}"))),
            ("status", string("valid")),
            ("wa_id", string(&number)),
        ]);
        flat(&[("contacts", array(&[contact]))], "contact")
    }

    /// An error of the client itself.
    pub fn onprem_error(&mut self) -> Sample {
        let error = object(&[
            ("code", "1014".into()),
            ("title", string(&self.words(3))),
            ("details", string(&self.words(6))),
        ]);
        flat(&[("errors", array(&[error]))], "error")
    }

    /// Different documents of these kinds in rotation.
    pub fn onprem_mixed(&mut self, count: usize) -> Vec<Sample> {
        let one = |(at, samples): (usize, &mut Self)| match at % 7 {
            0 | 3 => samples.onprem_text(),
            1 => samples.onprem_status(),
            2 => samples.onprem_image(),
            4 => samples.onprem_voice(),
            5 => samples.onprem_unknown(),
            _ if at % 2 == 0 => samples.onprem_contact(),
            _ => samples.onprem_error(),
        };
        (0..count).map(|at| one((at, self))).collect()
    }

    fn onprem_message(&mut self, kind: &'static str) -> Sample {
        let from = self.number();
        let profile = object(&[("name", string(&self.name()))]);
        let contact = object(&[("profile", profile), ("wa_id", string(&from))]);
        let message = object(&[
            ("from", string(&from)),
            ("id", string(&format!("ABGG{}", self.token(24)))),
            ("timestamp", string(&self.timestamp())),
            (kind, self.content(kind)),
            ("type", string(kind)),
        ]);
        flat(&[("contacts", array(&[contact])), ("messages", array(&[message]))], kind)
    }
}

fn flat(members: &[(&str, String)], kind: &'static str) -> Sample {
    Sample { body: object(members).into(), api: Api::OnPremises, events: count(&[kind]) }
}
