"""Where the endpoints of engagement are collected."""

from squad.kernel.http import Endpoints

ENDPOINTS = Endpoints("/api/engagement")
