package extension

// Listing is an agent as callers find it who spell a name: what a call needs to say it
// and to put them through.
type Listing struct {
	Agent     string `json:"agent"`
	Name      string `json:"name"`
	Extension string `json:"extension"`
}

// Listing is the agent as callers find it by name.
func (a Agent) Listing() Listing {
	return Listing{Agent: a.ID, Name: a.Name, Extension: a.Extension}
}
