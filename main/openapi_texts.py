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
