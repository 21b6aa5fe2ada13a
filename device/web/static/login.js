// A link from another site brings no cookie along (SameSite=Strict). Asked from here the browser sends it; whoever has
// logged in before need not do it again.
const answer = await fetch("words");
if (answer.ok) location.replace("./");
