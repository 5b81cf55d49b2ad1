"""Trouble told in English: title, description, what solved it."""

from collections.abc import Mapping, Sequence

ENGLISH: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "hardware": (
        ("Laptop does not power on", "No light at all, also with another charger. I need it for"
         " payroll today.", "Replaced the power supply; started and tested."),
        ("Workstation shuts down under load", "It turns itself off when I export drawings. The fan"
         " is very loud before.", "Cleaned the fans and replaced the thermal paste."),
        ("Second monitor stays black", "Since the desk was moved. Cable looks fine.",
         "Replaced a bent DisplayPort cable."),
    ),
    "network": (
        ("No Wi-Fi in the conference rooms", "All three rooms on the second floor. Wired"
         " connections work.", "Access point had lost its power; moved it to another port."),
        ("Branch office is offline", "Router shows a red light since 7:40. Nobody can work.",
         "Replaced the uplink cable and confirmed the line with the carrier."),
        ("Internet drops every few minutes", "Video calls break off. It started on Monday.",
         "Replaced a failing switch and updated its firmware."),
    ),
    "printer": (
        ("Label printer prints blank labels", "We cannot ship anything. New ribbon is in.",
         "Cleaned the print head and set the darkness anew."),
        ("Paper jam on tray 2, again", "Third time this week, always with letterhead.",
         "Replaced the pickup rollers."),
        ("Printer on the 3rd floor is offline", "Queue is full, the display says ‘ready’.",
         "Gave the printer a fixed address and restarted the queue."),
    ),
    "software": (
        ("Accounting program closes by itself", "When I post invoices. No message.",
         "Installed the vendor's fix and repaired the database index."),
        ("Update stuck at 35 %", "My laptop has been updating since last night.",
         "Rolled the update back and installed it offline."),
        ("Scheduling tool shows last month", "All of us see old rosters.",
         "Cleared the cache and corrected the time zone of the server."),
    ),
    "email": (
        ("Cannot send mail with attachments", "Anything above 1 MB stays in the outbox.",
         "Raised the size limit of the connector."),
        ("Mailbox is full", "I deleted a lot but still get the warning.",
         "Moved mail older than two years into the archive."),
        ("Shared mailbox is missing", "orders@ disappeared from Outlook this morning.",
         "Gave the permissions back and rebuilt the profile."),
    ),
    "access": (
        ("Locked out after password change", "Phone and laptop both say wrong password.",
         "Unlocked the account and cleared the old password on the phone."),
        ("New colleague needs access to the file share", "She starts today, team Claims.",
         "Added her to the group Claims; tested together."),
        ("Badge does not open the server room", "Facilities say it is an IT matter.",
         "Assigned the badge to the right profile."),
    ),
    "storage": (
        ("Backup failed for the third night", "Report says no space on target.",
         "Replaced a failed disk and started a full backup."),
        ("Shared drive is read-only", "Nobody in Finance can save.",
         "Repaired the volume and checked the permissions."),
        ("File server is very slow", "Opening a folder takes a minute.",
         "Replaced a disk that reported errors; the array is rebuilding."),
    ),
    "security": (
        ("Suspicious mail opened", "I clicked a link in a parcel notice. A window flashed up.",
         "Isolated and scanned the laptop, reset the passwords. Nothing was found."),
        ("Card reader at the gate rejects everyone", "We let people in by hand.",
         "Replaced the reader and loaded the certificates again."),
        ("Antivirus reports an infected file", "Warning comes back after each restart.",
         "Removed the file and updated the signatures."),
    ),
    "phone": (
        ("No dial tone at the front desk", "Customers hear a busy signal.",
         "Replaced the desk phone and its cable."),
        ("Calls drop after two minutes", "All outgoing calls, since the update.",
         "Corrected the session timer of the gateway."),
        ("Voicemail cannot be heard", "The code is not accepted any more.",
         "Set the voicemail code anew and showed how to use it."),
    ),
    "pos": (
        ("Card terminal does not take chip cards", "Only contactless works. Long lines!",
         "Replaced the terminal and ran a test payment."),
        ("Register 4 freezes at checkout", "It stops while printing the receipt.",
         "Replaced the receipt printer's head and updated the driver."),
        ("Barcode scanner reads nothing", "The red light is on, but no beep.",
         "Replaced the scanner and set the keyboard layout."),
    ),
    "other": (
        ("Projector hums loudly", "Board room, the meeting is on Thursday.",
         "Cleaned the filter and replaced the lamp."),
        ("Move four workplaces to the first floor", "Desks are there already.",
         "Moved and tested all four workplaces."),
        ("Digital sign shows the wrong prices", "The one at the entrance.",
         "Linked the sign to the right playlist."),
    ),
}  # fmt: skip
