// For a self-hosted console: put this file into the event server's automations/triggers/ folder and restart it.
// Every 15 seconds it deletes the rows that AWS-Events2Panther, with CLEARING=automation, has marked as recovered.
module.exports = {
  query: { summary: /^CLEAR: / },
  action: "delete",
  when: { periodic: 15 },
  activated: true,
};
