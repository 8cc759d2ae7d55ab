"""What beat wakes, and how often. Each sweep finds what was missed; twice changes nothing."""

SCHEDULE = {
    "fold answers": {"task": "feedback.tasks.fold_answers", "schedule": 10.0, "options": {"expires": 10}},
    "forget drafts": {"task": "feedback.tasks.forget_drafts", "schedule": 3600.0, "options": {"expires": 3600}},
    "send waiting mail": {"task": "cxprogram.tasks.send_waiting_mail", "schedule": 30.0, "options": {"expires": 30}},
}
