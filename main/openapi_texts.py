"""Words of the OpenAPI description; apart from the code that makes it, because the settings read them."""

DESCRIPTION = """
The API of a self-hosted platform for data competitions. Everything the web app does, it does through this.

**Sign in** with the form above (a session), or with a personal API token of yours: *Authorize*, then `token`.
Scripts send `Authorization: Bearer <token>`.

**Errors** have one shape: `type`, and a list of `errors` with a stable `code`, a `detail` for people in the language
of the request, the `attr` (field) they speak of and the `params` their words were made of.

**Lists** are paged: `page`, `pageSize`; answers carry `count`, `next`, `previous`, `results`.
"""

# What the endpoints of allauth do here, by method and address below `/api/auth/browser/v1/`: its own words tell of
# many settings that are not ours.
SIGN_IN = {
    "get config": (
        "What signing in takes",
        ("How this site has set up its accounts: the ways to sign in, and whether sign-up is open. Open to everybody."),
    ),
    "post auth/login": (
        "Sign in",
        (
            "By user name or email address, and password. 401 with the pending flow `verify_email`: the address "
            "has to be confirmed first, and the message has been sent again. 409: somebody is signed in already. "
            "After five wrong passwords for an account within five minutes, `too_many_login_attempts`, right ones "
            "too. Open to everybody."
        ),
    ),
    "post auth/signup": (
        "Sign up",
        (
            "Makes an account and sends a message to confirm the address; until then the answer is 401 with the "
            "pending flow `verify_email`. An address that has an account already gets the same answer, and its "
            "owner a message. 403: sign-up is closed. Open to everybody."
        ),
    ),
    "get auth/email/verify": (
        "Look at a confirmation",
        "Whose address the key from an email confirms, without confirming it. For whoever has the key.",
    ),
    "post auth/email/verify": (
        "Confirm an email address",
        (
            "By the key from an email, which works for three days. For a new address, it takes the place of the "
            "old one, which is told. 200 signs in the browser that signed up; elsewhere the address is confirmed "
            "and the answer is 401: sign in. For whoever has the key."
        ),
    ),
    "post auth/reauthenticate": (
        "Give the password again",
        ("Before the email address may be changed; good for five minutes. For whoever is signed in by a session."),
    ),
    "post auth/password/request": (
        "Forgot the password",
        (
            "Sends a link to choose a new one. The answer does not tell whether the address has an account; at "
            "most three messages to an address in ten minutes. Open to everybody."
        ),
    ),
    "get auth/password/reset": (
        "Look at a password reset",
        "Whether the key from the email still works, and for whom. For whoever has the key.",
    ),
    "post auth/password/reset": (
        "Choose a new password",
        (
            "By the key from the email, once. Every session of the account ends; 401 is the answer when all went "
            "well: sign in with the new password. For whoever has the key."
        ),
    ),
    "get account/email": (
        "One's email addresses",
        (
            "The address that counts, and the one that waits to be confirmed, if any. For whoever is signed in by "
            "a session."
        ),
    ),
    "post account/email": (
        "Change one's email address",
        (
            "Sends a message to the new address; it counts once it is confirmed, and the old one is told. 401 "
            "with the flow `reauthenticate`: give the password again first. For whoever is signed in by a "
            "session."
        ),
    ),
    "put account/email": (
        "Send the confirmation again",
        ("To an address of one's own that waits for it, once a minute at most. For whoever is signed in by a session."),
    ),
    "patch account/email": (
        "Make an address the first",
        "Only one that is confirmed. For whoever is signed in by a session.",
    ),
    "delete account/email": (
        "Forget an email address",
        "One that waits to be confirmed; the one that counts stays. For whoever is signed in by a session.",
    ),
    "get auth/session": (
        "Who is signed in",
        "The account of this session, or 401 with the ways to sign in. Open to everybody.",
    ),
    "delete auth/session": (
        "Sign out",
        "Ends the session; 401 is the answer when all went well. For whoever is signed in by a session.",
    ),
    "post account/password/change": (
        "Change one's password",
        (
            "Takes the present one too. Every other session of the account ends, and a message tells of it. For "
            "whoever is signed in by a session."
        ),
    ),
}

# Their names in generated clients.
SIGN_IN_NAMES = {
    "get config": "getSignInConfig",
    "post auth/login": "signIn",
    "post auth/signup": "signUp",
    "get auth/email/verify": "getEmailConfirmation",
    "post auth/email/verify": "confirmEmail",
    "post auth/reauthenticate": "confirmPassword",
    "post auth/password/request": "requestPasswordReset",
    "get auth/password/reset": "getPasswordReset",
    "post auth/password/reset": "resetPassword",
    "get account/email": "listEmailAddresses",
    "post account/email": "changeEmailAddress",
    "put account/email": "resendEmailConfirmation",
    "patch account/email": "makeEmailAddressPrimary",
    "delete account/email": "deleteEmailAddress",
    "get auth/session": "getSignIn",
    "delete auth/session": "signOut",
    "post account/password/change": "changePassword",
}

# Of what a site has only where its operator switches it on, in the same form.
SIGN_IN_WHERE_ON = {
    "post auth/provider/redirect": (
        "Sign in at an institution",
        (
            "Form fields `provider` (an id of the configuration), `process` (`login` or `connect`) and `callback_url`, "
            "the page to come back to. Answers `data.location`, the address to send the browser to. Open to everybody."
        ),
    ),
    "get auth/provider/signup": (
        "Look at an unfinished sign-up",
        "What the institution said of who has just come from it and has no account yet. 409: nobody has.",
    ),
    "post auth/provider/signup": (
        "Sign up with an institution",
        (
            "The user name and the address of the new account. 401 with the pending flow `verify_email`: the address "
            "has to be confirmed first. 403: sign-up is closed. 409: nobody has just come from an institution."
        ),
    ),
    "get account/providers": (
        "One's institutions",
        "Those by which one can sign in. For whoever is signed in by a session.",
    ),
    "delete account/providers": (
        "Disconnect an institution",
        "Asks to give the password again first. The last one stays where there is no password. For its user.",
    ),
    "post auth/2fa/authenticate": (
        "Give the second factor",
        (
            "A code of the app or a recovery code, each good once; the second step where signing in answered 401 with "
            "the pending flow `mfa_authenticate`. Five wrong ones within five minutes: `too_many_login_attempts`."
        ),
    ),
    "post auth/2fa/reauthenticate": (
        "Give the second factor again",
        "Instead of the password, where that is asked for again. For whoever is signed in by a session.",
    ),
    "get auth/webauthn/authenticate": (
        "Begin with a passkey",
        "What the browser needs to use one as the second step of signing in.",
    ),
    "post auth/webauthn/authenticate": (
        "Give a passkey",
        "What the browser made of it; the second step of signing in.",
    ),
    "get auth/webauthn/reauthenticate": (
        "Begin with a passkey again",
        "What the browser needs to use one instead of the password. For whoever is signed in by a session.",
    ),
    "post auth/webauthn/reauthenticate": (
        "Give a passkey again",
        "Instead of the password, where that is asked for again. For whoever is signed in by a session.",
    ),
    "get account/authenticators": (
        "One's second factors",
        "Without their secrets. For whoever is signed in by a session.",
    ),
    "get account/authenticators/totp": (
        "One's code app",
        (
            "Whether there is one. 404: there is none, and `meta` has a fresh secret, to be confirmed by a code. For "
            "whoever is signed in by a session."
        ),
    ),
    "post account/authenticators/totp": (
        "Switch on a code app",
        (
            "By a code made from the secret. Asks to give the password again first. Tokens that command lines got for "
            "the password end. For whoever is signed in by a session."
        ),
    ),
    "delete account/authenticators/totp": (
        "Switch off the code app",
        "Asks to give the password again first. Recovery codes go with the last factor. For its user.",
    ),
    "get account/authenticators/recovery-codes": (
        "One's recovery codes",
        "Those that have not been used. Asks to give the password again first. For their user.",
    ),
    "post account/authenticators/recovery-codes": (
        "Make new recovery codes",
        "The old ones end. Asks to give the password again first. For whoever has a second factor.",
    ),
    "get account/authenticators/webauthn": (
        "Begin to add a passkey",
        "What the browser needs to make one. Asks to give the password again first. For their user.",
    ),
    "post account/authenticators/webauthn": (
        "Add a passkey",
        (
            "What the browser made, and a name. Tokens that command lines got for the password end. For whoever is "
            "signed in by a session."
        ),
    ),
    "put account/authenticators/webauthn": ("Rename a passkey", "Asks to give the password again first. For its user."),
    "delete account/authenticators/webauthn": (
        "Remove passkeys",
        "Asks to give the password again first. Recovery codes go with the last factor. For their user.",
    ),
}

SIGN_IN_WHERE_ON_NAMES = {
    "post auth/provider/redirect": "startInstitutionSignIn",
    "get auth/provider/signup": "getInstitutionSignUp",
    "post auth/provider/signup": "signUpWithInstitution",
    "get account/providers": "listInstitutions",
    "delete account/providers": "deleteInstitution",
    "post auth/2fa/authenticate": "confirmSecondFactor",
    "post auth/2fa/reauthenticate": "confirmSecondFactorAgain",
    "get auth/webauthn/authenticate": "getPasskeyChallenge",
    "post auth/webauthn/authenticate": "confirmPasskey",
    "get auth/webauthn/reauthenticate": "getPasskeyChallengeAgain",
    "post auth/webauthn/reauthenticate": "confirmPasskeyAgain",
    "get account/authenticators": "listSecondFactors",
    "get account/authenticators/totp": "getCodeApp",
    "post account/authenticators/totp": "addCodeApp",
    "delete account/authenticators/totp": "deleteCodeApp",
    "get account/authenticators/recovery-codes": "listRecoveryCodes",
    "post account/authenticators/recovery-codes": "createRecoveryCodes",
    "get account/authenticators/webauthn": "getPasskeyOptions",
    "post account/authenticators/webauthn": "addPasskey",
    "put account/authenticators/webauthn": "renamePasskey",
    "delete account/authenticators/webauthn": "deletePasskeys",
}
