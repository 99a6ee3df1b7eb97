//! `calls`: calls and their statuses (Cloud).
//!
//! ```
//! use whatsapp_notification::{Call, Notification, view::CallDirection};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"calls",
//!     "value":{"calls":[{"id":"wacid.A","event":"terminate",
//!     "direction":"USER_INITIATED","from":"15550001","to":"15550009",
//!     "timestamp":"1750000000","status":"COMPLETED","duration":120}]}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<Call>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.get().direction, Some(CallDirection::UserInitiated));
//! assert_eq!(event.get().duration.and_then(|seconds| seconds.as_u64()), Some(120));
//! assert!(event.sender().address().is_some_and(|number| number == "15550001"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{ErrorView, object, open_enum};
use crate::{
    Timestamp,
    json::{List, Nested, Number, Str},
};

open_enum! {
    /// What a call event tells.
    pub enum CallEvent<'a> {
        /// A call comes in, or the customer's answer to the business's offer. Answer within 30 s.
        Connect = "connect",
        /// The call has ended.
        Terminate = "terminate",
        /// A call was set up (SIP).
        CallCreated = "call_created",
        /// The recording can be fetched.
        RecordingAvailable = "call_recording_available",
        /// The transcript can be fetched.
        TranscriptionAvailable = "call_transcription_available",
    }
}

open_enum! {
    /// Who called.
    pub enum CallDirection<'a> {
        /// The business called the customer.
        BusinessInitiated = "BUSINESS_INITIATED",
        /// The customer called the business.
        UserInitiated = "USER_INITIATED",
    }
}

open_enum! {
    /// What became of a call that the business makes. Upper case, unlike messages.
    pub enum CallProgress<'a> {
        /// It rings.
        Ringing = "RINGING",
        /// The customer has taken it.
        Accepted = "ACCEPTED",
        /// The customer has refused it.
        Rejected = "REJECTED",
    }
}

object! {
    /// A call (Cloud, calling → reference).
    pub struct CallView<'a> {
        /// The call's id: `wacid.…`.
        pub id: Option<Str<'a>> = "id",
        /// What happened.
        pub event: Option<CallEvent<'a>> = "event",
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// Who called. Missing with recordings.
        pub direction: Option<CallDirection<'a>> = "direction",
        /// The caller's number; Meta's sample of `connect` swaps it with `to`.
        pub from: Option<Str<'a>> = "from",
        /// The caller's business-scoped user id.
        pub from_user_id: Option<Str<'a>> = "from_user_id",
        /// The caller's user id in the scope of the parent portfolio.
        pub from_parent_user_id: Option<Str<'a>> = "from_parent_user_id",
        /// The number that was called.
        pub to: Option<Str<'a>> = "to",
        /// The business-scoped user id of whom was called.
        pub to_user_id: Option<Str<'a>> = "to_user_id",
        /// Their user id in the scope of the parent portfolio.
        pub to_parent_user_id: Option<Str<'a>> = "to_parent_user_id",
        /// The offer or the answer.
        pub session: Option<CallSession<'a>> = "session",
        /// The same, in the dashboard's old sample.
        pub connection: Nested<'a, CallConnection<'a>> = "connection",
        /// `COMPLETED` or `FAILED`; also printed `Completed`, `Failed`.
        pub status: Option<Str<'a>> = "status",
        /// When it began, in seconds.
        pub start_time: Option<Timestamp> = "start_time",
        /// When it ended, in seconds.
        pub end_time: Option<Timestamp> = "end_time",
        /// How long it was, in seconds.
        pub duration: Option<Number<'a>> = "duration",
        /// What the business put into the call for itself.
        pub biz_opaque_callback_data: Option<Str<'a>> = "biz_opaque_callback_data",
        /// What the link held by which the customer called.
        pub deeplink_payload: Option<Str<'a>> = "deeplink_payload",
        /// What the button held by which the customer called.
        pub cta_payload: Option<Str<'a>> = "cta_payload",
        /// The recording.
        pub call_recording: Nested<'a, CallMedia<'a>> = "call_recording",
        /// The transcript.
        pub call_transcript: Nested<'a, CallMedia<'a>> = "call_transcript",
        /// Why it failed.
        pub errors: List<'a, ErrorView<'a>> = "errors",
    }
}

object! {
    /// An offer or an answer of a call.
    pub struct CallSession<'a> {
        /// `offer` or `answer`.
        pub sdp_type: Option<Str<'a>> = "sdp_type",
        /// The session description (RFC 8866).
        pub sdp: Option<Str<'a>> = "sdp",
    }
}

object! {
    /// A connection, in the dashboard's old sample.
    pub struct CallConnection<'a> {
        /// WebRTC.
        pub webrtc: Option<CallWebrtc<'a>> = "webrtc",
    }
}

object! {
    /// A WebRTC connection.
    pub struct CallWebrtc<'a> {
        /// JSON inside a string, with the session description.
        pub sdp: Option<Str<'a>> = "sdp",
    }
}

object! {
    /// A recording or a transcript.
    pub struct CallMedia<'a> {
        /// `audio` or `document`.
        pub kind: Option<Str<'a>> = "type",
        /// The recording's file.
        pub audio: Option<CallFile<'a>> = "audio",
        /// The transcript's file.
        pub document: Option<CallFile<'a>> = "document",
    }
}

object! {
    /// A file of a call: the id is good for 7 days, the address for 5 minutes.
    pub struct CallFile<'a> {
        /// The id to fetch it by.
        pub id: Option<Str<'a>> = "id",
        /// The media type.
        pub mime_type: Option<Str<'a>> = "mime_type",
        /// The SHA-256 of the file.
        pub sha256: Option<Str<'a>> = "sha256",
        /// Where to fetch it, with the access token.
        pub url: Option<Str<'a>> = "url",
    }
}

object! {
    /// The status of a call that the business makes (Cloud, calling → reference).
    pub struct CallStatusView<'a> {
        /// The call's id.
        pub id: Option<Str<'a>> = "id",
        /// `call`.
        pub kind: Option<Str<'a>> = "type",
        /// What became of it.
        pub status: Option<CallProgress<'a>> = "status",
        /// When, in seconds.
        pub timestamp: Option<Timestamp> = "timestamp",
        /// The number that is called.
        pub recipient_id: Option<Str<'a>> = "recipient_id",
        /// The business-scoped user id of whom is called.
        pub recipient_user_id: Option<Str<'a>> = "recipient_user_id",
        /// Their user id in the scope of the parent portfolio.
        pub recipient_parent_user_id: Option<Str<'a>> = "recipient_parent_user_id",
        /// What the business put into the call for itself.
        pub biz_opaque_callback_data: Option<Str<'a>> = "biz_opaque_callback_data",
        /// Why it failed.
        pub errors: List<'a, ErrorView<'a>> = "errors",
    }
}
