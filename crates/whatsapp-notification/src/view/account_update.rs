//! `account_update`: partners, violations, restrictions, prices (Cloud).
//!
//! ```
//! use whatsapp_notification::{AccountUpdate, Notification, view::AccountEvent};
//!
//! let body = r#"{"entry":[{"id":"1","changes":[{"field":"account_update",
//!     "value":{"event":"PARTNER_ADDED","waba_info":{"waba_id":"9",
//!     "owner_business_id":"8"}}}]}]}"#;
//! let event = Notification::parse(body)?.into_iter().find_map(|event| event.narrow::<AccountUpdate>().ok());
//! let event = event.ok_or("no such event")?;
//! assert_eq!(event.get().event, Some(AccountEvent::PartnerAdded));
//! assert!(event.get().waba_info.get().and_then(|waba| waba.waba_id).is_some_and(|id| id == "9"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{object, open_enum};
use crate::{
    Timestamp,
    json::{List, Nested, Str},
};

open_enum! {
    /// What happened to a business account.
    pub enum AccountEvent<'a> {
        /// The account was deleted.
        AccountDeleted = "ACCOUNT_DELETED",
        /// The account is restricted: see `restriction_info`.
        AccountRestriction = "ACCOUNT_RESTRICTION",
        /// The account violated a policy: see `violation_info`.
        AccountViolation = "ACCOUNT_VIOLATION",
        /// The account left the platform.
        AccountOffboarded = "ACCOUNT_OFFBOARDED",
        /// The account is back.
        AccountReconnected = "ACCOUNT_RECONNECTED",
        /// An advertising account was linked.
        AdAccountLinked = "AD_ACCOUNT_LINKED",
        /// International prices of authentication: see `auth_international_rate_eligibility`.
        AuthIntlPriceEligibilityUpdate = "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
        /// The business's country: see `country`.
        BusinessPrimaryLocationCountryUpdate = "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE",
        /// The account was disabled or reinstated: see `ban_info`.
        DisabledUpdate = "DISABLED_UPDATE",
        /// The terms of the Marketing Messages API were signed.
        MmLiteTermsSigned = "MM_LITE_TERMS_SIGNED",
        /// The account was shared with a partner.
        PartnerAdded = "PARTNER_ADDED",
        /// The account is no longer shared with a partner.
        PartnerRemoved = "PARTNER_REMOVED",
        /// A partner's application was installed.
        PartnerAppInstalled = "PARTNER_APP_INSTALLED",
        /// A partner's application was removed.
        PartnerAppUninstalled = "PARTNER_APP_UNINSTALLED",
        /// A client needs a certification.
        PartnerClientCertificationNeeded = "PARTNER_CLIENT_CERTIFICATION_NEEDED",
        /// A client's certification was decided.
        PartnerClientCertificationStatusUpdate = "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
        /// The account was verified.
        VerifiedAccount = "VERIFIED_ACCOUNT",
        /// Another tier of prices: see `volume_tier_info`.
        VolumeBasedPricingTierUpdate = "VOLUME_BASED_PRICING_TIER_UPDATE",
    }
}

object! {
    /// Something about a business account. For `PARTNER_…`, `AD_ACCOUNT_LINKED` and
    /// `MM_LITE_TERMS_SIGNED` the entry's id is a portfolio's, and the account is in `waba_info`.
    pub struct AccountUpdateView<'a> {
        /// The number that it is about (coexistence, calling).
        pub phone_number: Option<Str<'a>> = "phone_number",
        /// What happened.
        pub event: Option<AccountEvent<'a>> = "event",
        /// The country, by its code.
        pub country: Option<Str<'a>> = "country",
        /// The account and its partners.
        pub waba_info: Nested<'a, WabaInfo<'a>> = "waba_info",
        /// How the account was disconnected.
        pub disconnection_info: Nested<'a, DisconnectionInfo<'a>> = "disconnection_info",
        /// The violation.
        pub violation_info: Nested<'a, ViolationInfo<'a>> = "violation_info",
        /// The restrictions.
        pub restriction_info: List<'a, RestrictionInfo<'a>> = "restriction_info",
        /// The ban.
        pub ban_info: Nested<'a, BanInfo<'a>> = "ban_info",
        /// International prices of authentication.
        pub auth_international_rate_eligibility: Nested<'a, RateEligibility<'a>> = "auth_international_rate_eligibility",
        /// The tier of prices.
        pub volume_tier_info: Nested<'a, VolumeTierInfo<'a>> = "volume_tier_info",
        /// A client's certification.
        pub partner_client_certification_info: Nested<'a, CertificationInfo<'a>> = "partner_client_certification_info",
        /// A certification that a client needs.
        pub partner_client_certification_needed_info: Nested<'a, CertificationInfo<'a>> = "partner_client_certification_needed_info",
    }
}

object! {
    /// An account and its partners.
    pub struct WabaInfo<'a> {
        /// The account.
        pub waba_id: Option<Str<'a>> = "waba_id",
        /// The portfolio that owns it.
        pub owner_business_id: Option<Str<'a>> = "owner_business_id",
        /// The advertising account.
        pub ad_account_linked: Option<Str<'a>> = "ad_account_linked",
        /// The same, as another page names it.
        pub ad_account_id: Option<Str<'a>> = "ad_account_id",
        /// The partner's application.
        pub partner_app_id: Option<Str<'a>> = "partner_app_id",
        /// The multi-partner solution.
        pub solution_id: Option<Str<'a>> = "solution_id",
        /// The portfolios of the solution's partners.
        pub solution_partner_business_ids: List<'a, Str<'a>> = "solution_partner_business_ids",
    }
}

object! {
    /// How an account was disconnected.
    pub struct DisconnectionInfo<'a> {
        /// Why.
        pub reason: Option<Str<'a>> = "reason",
        /// `SYSTEM` or `USER`.
        pub initiated_by: Option<Str<'a>> = "initiated_by",
    }
}

object! {
    /// A violation of a policy.
    pub struct ViolationInfo<'a> {
        /// `ADULT`, `ALCOHOL`, `LOW_CALLING_QUALITY`, …
        pub violation_type: Option<Str<'a>> = "violation_type",
        /// What to do, in words.
        pub remediation: Option<Str<'a>> = "remediation",
    }
}

object! {
    /// A restriction.
    pub struct RestrictionInfo<'a> {
        /// `RESTRICTED_BIZ_INITIATED_MESSAGING`, …
        pub restriction_type: Option<Str<'a>> = "restriction_type",
        /// Until when: in seconds, or as an ISO date in one partner's documents.
        pub expiration: Option<Timestamp> = "expiration",
        /// What to do, in words.
        pub remediation: Option<Str<'a>> = "remediation",
    }
}

object! {
    /// A ban.
    pub struct BanInfo<'a> {
        /// `DISABLE`, `REINSTATE`, `SCHEDULE_FOR_DISABLE`; one page shows them as an array.
        pub waba_ban_state: List<'a, Str<'a>> = "waba_ban_state",
        /// The day in words: `April 17, 2025`.
        pub waba_ban_date: Option<Str<'a>> = "waba_ban_date",
    }
}

object! {
    /// International prices of authentication.
    pub struct RateEligibility<'a> {
        /// From when, in seconds.
        pub start_time: Option<Timestamp> = "start_time",
        /// Countries with another start.
        pub exception_countries: List<'a, ExceptionCountry<'a>> = "exception_countries",
    }
}

object! {
    /// A country with another start.
    pub struct ExceptionCountry<'a> {
        /// Its code.
        pub country_code: Option<Str<'a>> = "country_code",
        /// From when, in seconds.
        pub start_time: Option<Timestamp> = "start_time",
    }
}

object! {
    /// A tier of prices.
    pub struct VolumeTierInfo<'a> {
        /// Since when, in seconds.
        pub tier_update_time: Option<Timestamp> = "tier_update_time",
        /// `UTILITY`, `AUTHENTICATION`.
        pub pricing_category: Option<Str<'a>> = "pricing_category",
        /// From how many messages to how many: `25000001:50000000`.
        pub tier: Option<Str<'a>> = "tier",
        /// `YYYY-MM`.
        pub effective_month: Option<Str<'a>> = "effective_month",
        /// The market.
        pub region: Option<Str<'a>> = "region",
    }
}

object! {
    /// A client's certification.
    pub struct CertificationInfo<'a> {
        /// The client's portfolio.
        pub client_business_id: Option<Str<'a>> = "client_business_id",
        /// `APPROVED`, `FAILED`, `PENDING`, …
        pub status: Option<Str<'a>> = "status",
        /// Why it was refused. Written with spaces.
        pub rejection_reasons: List<'a, Str<'a>> = "rejection_reasons",
    }
}
